"""One door to the HiGHS solver: settings that must be the same everywhere, status checked.

HiGHS keeps one number of threads for the whole process, and a model that asks for another is
not solved. So it is one thread, here and in every worker.
"""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray

__all__ = ["solve_columns"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def solve_columns(
    cost: Floats,
    start: Ints,
    row: Ints,
    value: Floats,
    row_low: Floats,
    row_high: Floats,
    *,
    interior: bool = False,
) -> tuple[Floats, Floats]:
    """Minimise cost @ x over x >= 0 with row_low <= A x <= row_high, A given by columns.

    Parameters
    ----------
    cost : ndarray, shape (n_column,)
        Cost of each column. [-]
    start : ndarray of int64, shape (n_column + 1,)
        Where the entries of each column begin. [-]
    row, value : ndarray, shape (n_entry,)
        Row and value of each entry. [-]
    row_low, row_high : ndarray, shape (n_row,)
        Limits, infinite where there is none. [-]
    interior : bool
        Take the interior point inside the best face, not a corner: quicker for many columns,
        and its prices jump about less from one set of columns to the next. [-]

    Returns
    -------
    x : ndarray, shape (n_column,)
        Solution, never below 0. [-]
    dual : ndarray, shape (n_row,)
        Change of the least cost with each row's limit. [-]

    Raises
    ------
    RuntimeError
        If HiGHS does not call the result optimal.

    Examples
    --------
    The dearer column fills what the cheaper may not: x0 + x1 >= 3, x0 <= 2.

    >>> one, none = np.ones(3), np.inf
    >>> columns = np.array([0, 2, 3]), np.array([0, 1, 0]), one
    >>> limits = np.array([3.0, -none]), np.array([none, 2.0])
    >>> solve_columns(np.array([1.0, 5.0]), *columns, *limits)
    (array([2., 1.]), array([ 5., -4.]))
    """
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = cost.size, row_low.size
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = np.zeros(cost.size), np.full(cost.size, np.inf)
    model.row_lower_, model.row_upper_ = row_low, row_high
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.start_, matrix.index_, matrix.value_ = start, row, value
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | str] = {"output_flag": False, "threads": 1, "parallel": "off"}
    if interior:
        options |= {"solver": "ipm", "run_crossover": "off"}
    for name, setting in options.items():
        solver.setOptionValue(name, setting)
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS: {solver.modelStatusToString(status)}, not optimal")
    solution = solver.getSolution()
    return np.maximum(solution.col_value, 0.0), np.asarray(solution.row_dual)
