"""What people look at, made from saved results."""
