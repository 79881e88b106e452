"""Simulated Baidu VOD."""

from datetime import timedelta

from syncer.simulator.list_spec import ListSpec
from syncer.simulator.vendors.baidu_vod.api import BaiduApi, filter_keys
from syncer.simulator.vendors.baidu_vod.lifecycle import LIFECYCLE

LISTS = (
    ListSpec(
        name="baidu",
        provider="baidu_vod",
        weight=20,
        retention=timedelta(days=7),
        detail_retention=timedelta(days=7),
        names_account=False,
        lifecycle=LIFECYCLE,
        filter_keys=filter_keys,
        create_api=BaiduApi,
    ),
)
