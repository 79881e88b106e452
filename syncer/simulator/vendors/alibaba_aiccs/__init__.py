"""Simulated Alibaba Cloud aiccs. No retention is documented."""

from syncer.simulator.list_spec import ListSpec
from syncer.simulator.vendors.alibaba_aiccs.api import AiccsApi, filter_keys
from syncer.simulator.vendors.alibaba_aiccs.lifecycle import LIFECYCLE

LISTS = (
    ListSpec(
        name="aiccs",
        provider="alibaba_aiccs",
        weight=5,
        lifecycle=LIFECYCLE,
        filter_keys=filter_keys,
        create_api=AiccsApi,
    ),
)
