"""Whatever runs the model many times: today, a scenario's raids with the loss of each partner."""

from opendome.studies.partner_loss import Supply, partners_to_lose, supplies
from opendome.studies.raid_study import study_raids

__all__ = ["Supply", "partners_to_lose", "study_raids", "supplies"]
