"""The protocol's own messages: acks, pings, salts, states; every other message is a call of the API.

core.telegram.org/mtproto/service_messages and service_messages_about_messages.
"""

import struct
import time

from telethon.tl import TLObject, functions, types
from telethon.tl.core import RpcResult

from foreign.account import KeyState
from foreign.api import Api
from foreign.rpc import Caller, RpcFailure
from foreign.session import SEQ_NO_NOT_EVEN, SEQ_NO_NOT_ODD, BadMessage, Message, Reply, Session
from foreign.wire import UnknownConstructor, UnreadableObject, packed_if_smaller, read_whole

_SALT_LIFE_SECS = 3600
_RECEIVED = 4


def answer(api: Api, key: KeyState, session: Session, message: Message) -> list[Reply]:
    """The replies to one message."""
    try:
        request = read_whole(message.body)
    except UnreadableObject as error:
        unknown = isinstance(error, UnknownConstructor)
        failure = RpcFailure(400, "INPUT_METHOD_INVALID" if unknown else "INPUT_FETCH_ERROR")
        return [_rpc_result(message, bytes(failure))]
    match request:
        case types.MsgsAck():
            if message.wants_ack:
                raise BadMessage(message.msg_id, message.seq_no, SEQ_NO_NOT_EVEN)
            return []
        case functions.PingRequest() | functions.PingDelayDisconnectRequest():
            return [Reply(bytes(types.Pong(message.msg_id, request.ping_id)), content_related=False)]
        case functions.GetFutureSaltsRequest():
            return [_future_salts(key, message)]
        case types.MsgsStateReq():
            states = bytes([_RECEIVED]) * len(request.msg_ids)
            return [Reply(_msgs_state_info(message.msg_id, states), content_related=False)]
        case functions.RpcDropAnswerRequest():
            return [_rpc_result(message, bytes(types.RpcAnswerUnknown()))]
        case functions.DestroySessionRequest():
            return [_destroy_session(key, session, request.session_id)]
    if not message.wants_ack:
        raise BadMessage(message.msg_id, message.seq_no, SEQ_NO_NOT_ODD)
    return [_call(api, Caller(key, session.session_id, message.msg_id), message, request)]


def _call(api: Api, caller: Caller, message: Message, request: TLObject) -> Reply:
    try:
        return _rpc_result(message, packed_if_smaller(api.call(caller, request)))
    except RpcFailure as failure:
        return _rpc_result(message, bytes(failure))


def _rpc_result(message: Message, result: bytes) -> Reply:
    return Reply(struct.pack("<Iq", RpcResult.CONSTRUCTOR_ID, message.msg_id) + result, content_related=True)


def _future_salts(key: KeyState, message: Message) -> Reply:
    now = int(time.time())
    salt = types.FutureSalt(now - _SALT_LIFE_SECS, now + _SALT_LIFE_SECS, key.salt)
    return Reply(bytes(types.FutureSalts(message.msg_id, now, [salt])), content_related=False)


def _msgs_state_info(req_msg_id: int, states: bytes) -> bytes:
    # Telethon's class takes the states as text, which a byte above 127 would not survive.
    states_string: bytes = TLObject.serialize_bytes(states)
    return struct.pack("<Iq", types.MsgsStateInfo.CONSTRUCTOR_ID, req_msg_id) + states_string


def _destroy_session(key: KeyState, session: Session, session_id: int) -> Reply:
    destroyed = session_id != session.session_id and key.sessions.pop(session_id, None) is not None
    made = types.DestroySessionOk if destroyed else types.DestroySessionNone
    return Reply(bytes(made(session_id)), content_related=False)
