"""Registry of the simulated task lists: a vendor is a folder here and one line in `_VENDORS`."""

from collections.abc import Mapping

from syncer.simulator.list_spec import ListSpec
from syncer.simulator.vendors import alibaba_aiccs, baidu_vod, tencent_mps, tencent_tat

_VENDORS = (
    tencent_mps,
    tencent_tat,
    alibaba_aiccs,
    baidu_vod,
)

#: By name.
LISTS: Mapping[str, ListSpec] = {spec.name: spec for vendor in _VENDORS for spec in vendor.LISTS}
