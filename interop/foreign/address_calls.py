"""The takeout and what it is for: contacts.getSaved, getContacts, getStatuses; and what clients ask after a login.

core.telegram.org/api/takeout and core.telegram.org/api/contacts.
"""

import time
from collections.abc import Callable
from typing import Any

from telethon.tl import TLObject, functions, types

from foreign.account import Account
from foreign.login_calls import require_signed_in
from foreign.rpc import Caller, RpcFailure
from foreign.wire import vector

_BOOL_TRUE = bytes.fromhex("b5757299")


class AddressCalls:
    """The calls of an account that is logged in."""

    def __init__(self, account: Account, emit: Callable[..., None]) -> None:
        self._account = account
        self._emit = emit

    def calls(self) -> dict[type[TLObject], Callable[[Caller, Any], bytes]]:
        """Each request's class with the method that answers it."""
        answers: dict[type[TLObject], Callable[[Caller, Any], bytes]] = {
            functions.users.GetUsersRequest: self._users,
            functions.account.InitTakeoutSessionRequest: self._open_takeout,
            functions.account.FinishTakeoutSessionRequest: self._finish_takeout,
            functions.contacts.GetSavedRequest: self._saved,
            functions.contacts.GetContactsRequest: self._contacts,
            functions.contacts.GetStatusesRequest: self._statuses,
            functions.updates.GetStateRequest: self._state,
            functions.updates.GetDifferenceRequest: self._difference,
        }
        return {request: _signed_in_only(answer) for request, answer in answers.items()}

    def _users(self, _caller: Caller, request: functions.users.GetUsersRequest) -> bytes:
        if not all(isinstance(user, types.InputUserSelf) for user in request.id):
            raise RpcFailure(400, "USER_ID_INVALID")
        return vector([self._account.book.self_user() for _ in request.id])

    def _open_takeout(self, caller: Caller, request: functions.account.InitTakeoutSessionRequest) -> bytes:
        takeout = self._account.open_takeout(require_signed_in(caller), contacts=bool(request.contacts))
        self._emit("takeout_opened", takeout_id=takeout.takeout_id)
        return bytes(types.account.Takeout(takeout.takeout_id))

    def _finish_takeout(self, caller: Caller, request: functions.account.FinishTakeoutSessionRequest) -> bytes:
        if caller.takeout is None:
            raise RpcFailure(403, "TAKEOUT_REQUIRED")
        self._account.takeout = None
        self._emit("takeout_finished", takeout_id=caller.takeout.takeout_id, success=bool(request.success))
        return _BOOL_TRUE

    def _saved(self, caller: Caller, _request: functions.contacts.GetSavedRequest) -> bytes:
        if caller.takeout is None or not caller.takeout.contacts:
            raise RpcFailure(403, "TAKEOUT_REQUIRED")
        return vector(self._account.book.tl_saved())

    def _contacts(self, _caller: Caller, request: functions.contacts.GetContactsRequest) -> bytes:
        book = self._account.book
        if request.hash and request.hash == book.contacts_hash():
            return bytes(types.contacts.ContactsNotModified())
        return bytes(types.contacts.Contacts(book.tl_contacts(), book.saved_count, book.tl_users()))

    def _statuses(self, _caller: Caller, _request: functions.contacts.GetStatusesRequest) -> bytes:
        return vector(self._account.book.tl_statuses())

    def _state(self, _caller: Caller, _request: functions.updates.GetStateRequest) -> bytes:
        return bytes(types.updates.State(pts=1, qts=0, date=int(time.time()), seq=1, unread_count=0))

    def _difference(self, _caller: Caller, _request: functions.updates.GetDifferenceRequest) -> bytes:
        return bytes(types.updates.DifferenceEmpty(date=int(time.time()), seq=1))


def _signed_in_only(answer: Callable[[Caller, Any], bytes]) -> Callable[[Caller, Any], bytes]:
    def checked(caller: Caller, request: TLObject) -> bytes:
        require_signed_in(caller)
        return answer(caller, request)

    return checked
