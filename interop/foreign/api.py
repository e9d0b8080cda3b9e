"""The API's front door: unwraps a request and hands it to the call that answers it.

core.telegram.org/api/invoking: wrappers from outside to inside are invokeWithLayer, initConnection,
invokeWithoutUpdates, invokeWithTakeout.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from telethon.tl import TLObject, functions, types

from foreign.account import Account, Takeout
from foreign.address_calls import AddressCalls
from foreign.bind import bind_temporary_key
from foreign.login_calls import LoginCalls
from foreign.rpc import Caller, RpcFailure

# Telethon's classes are layer 229; nothing that this server reads or writes changed in 230.
LAYERS = range(229, 231)
_CONFIG_LIFE_SECS = 3600
_BEFORE_BIND = (
    functions.auth.BindTempAuthKeyRequest,
    functions.help.GetConfigRequest,
    functions.help.GetNearestDcRequest,
)

Emit = Callable[..., None]


class Api:
    """All methods of one account on one data centre. `emit` writes an event line."""

    def __init__(self, account: Account, address: tuple[str, int], dc_id: int, emit: Emit) -> None:
        self._account = account
        self._address = address
        self._dc_id = dc_id
        self._calls: dict[type[TLObject], Callable[[Caller, TLObject], bytes]] = {
            functions.help.GetConfigRequest: self._config,
            functions.help.GetNearestDcRequest: self._nearest_dc,
            functions.auth.BindTempAuthKeyRequest: self._bind,
            **LoginCalls(account, emit).calls(),
            **AddressCalls(account, emit).calls(),
        }

    def call(self, caller: Caller, request: TLObject) -> bytes:
        """The result's bytes; RpcFailure when the call is refused."""
        caller, request = self._unwrap(caller, request)
        # api/pfs: a client introduces itself over the temporary key once that key is bound
        is_binding = isinstance(request, functions.auth.BindTempAuthKeyRequest)
        if not caller.key.is_initialised and not is_binding:
            raise RpcFailure(400, "CONNECTION_NOT_INITED")
        if caller.key.login is None and not isinstance(request, _BEFORE_BIND):
            raise RpcFailure(401, "AUTH_KEY_PERM_EMPTY")
        answer = self._calls.get(type(request))
        if answer is None:
            raise RpcFailure(400, "INPUT_METHOD_INVALID")
        return answer(caller, request)

    def _unwrap(self, caller: Caller, request: TLObject) -> tuple[Caller, TLObject]:
        while True:
            match request:
                case functions.InvokeWithLayerRequest():
                    if request.layer not in LAYERS:
                        raise RpcFailure(400, "CONNECTION_LAYER_INVALID")
                case functions.InitConnectionRequest():
                    _check_device(request)
                    caller.key.is_initialised = True
                case functions.InvokeWithTakeoutRequest():
                    caller = replace(caller, takeout=self._takeout(caller, request.takeout_id))
                case functions.InvokeWithoutUpdatesRequest():
                    pass
                case _:
                    return caller, request
            request = request.query

    def _takeout(self, caller: Caller, takeout_id: int) -> Takeout:
        takeout = self._account.takeout
        if takeout is None or takeout.takeout_id != takeout_id or takeout.login is not caller.key.login:
            raise RpcFailure(400, "TAKEOUT_INVALID")
        return takeout

    def _bind(self, caller: Caller, request: TLObject) -> bytes:
        return bind_temporary_key(self._account, caller, request)

    def _nearest_dc(self, _caller: Caller, _request: TLObject) -> bytes:
        return bytes(types.NearestDc(country="DE", this_dc=self._dc_id, nearest_dc=self._dc_id))

    def _config(self, _caller: Caller, _request: TLObject) -> bytes:
        host, port = self._address
        now = int(time.time())
        option = types.DcOption(id=self._dc_id, ip_address=host, port=port, static=True, this_port_only=True)
        return bytes(types.Config(
            date=now, expires=now + _CONFIG_LIFE_SECS, test_mode=False, this_dc=self._dc_id,
            dc_options=[option], dc_txt_domain_name="", chat_size_max=200, megagroup_size_max=200_000,
            forwarded_count_max=100, online_update_period_ms=210_000, offline_blur_timeout_ms=5_000,
            offline_idle_timeout_ms=30_000, online_cloud_timeout_ms=300_000, notify_cloud_delay_ms=30_000,
            notify_default_delay_ms=1_500, push_chat_period_ms=60_000, push_chat_limit=2, edit_time_limit=172_800,
            revoke_time_limit=2**31 - 1, revoke_pm_time_limit=2**31 - 1, rating_e_decay=2_419_200,
            stickers_recent_limit=200, channels_read_media_period=604_800, call_receive_timeout_ms=20_000,
            call_ring_timeout_ms=90_000, call_connect_timeout_ms=30_000, call_packet_timeout_ms=10_000,
            me_url_prefix="https://t.me/", caption_length_max=1_024, message_length_max=4_096,
            webfile_dc_id=self._dc_id, revoke_pm_inbox=True,
            suggested_lang_code="en", lang_pack_version=1, base_lang_pack_version=1,
        ))  # fmt: skip


def _check_device(request: TLObject) -> None:
    """initConnection says which application speaks; Telegram refuses one that leaves this out."""
    if request.api_id <= 0:
        raise RpcFailure(400, "CONNECTION_API_ID_INVALID")
    for name in ("device_model", "system_version", "app_version"):
        if not getattr(request, name):
            raise RpcFailure(400, f"CONNECTION_{name.upper()}_EMPTY")
