"""The explorer: a finished evaluation, case by case and vertebra by vertebra, beside the published figures."""

from spinefm.ui.server.explorer.tab import EVALUATIONS, PLAN, ExplorerTab, plan_of

__all__ = ["EVALUATIONS", "PLAN", "ExplorerTab", "plan_of"]
