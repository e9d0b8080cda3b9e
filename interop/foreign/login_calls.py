"""Login and logout: auth.sendCode, auth.signIn, account.getPassword, auth.checkPassword, auth.logOut.

core.telegram.org/api/auth and core.telegram.org/api/srp.
"""

import os
import secrets
from collections.abc import Callable
from typing import Any

from telethon.tl import TLObject, functions, types

from foreign.account import Account, Login
from foreign.rpc import Caller, RpcFailure
from foreign.srp import kdf_algo

_CODE_TIMEOUT_SECS = 60


def login_of(caller: Caller) -> Login:
    """The login of the caller's permanent key."""
    if caller.key.login is None:
        raise RpcFailure(401, "AUTH_KEY_PERM_EMPTY")
    return caller.key.login


def require_signed_in(caller: Caller) -> Login:
    """The caller's login, which must be complete."""
    login = login_of(caller)
    if not login.signed_in:
        raise RpcFailure(401, "AUTH_KEY_UNREGISTERED")
    return login


class LoginCalls:
    """The calls that begin and end a login."""

    def __init__(self, account: Account, emit: Callable[..., None]) -> None:
        self._account = account
        self._emit = emit

    def calls(self) -> dict[type[TLObject], Callable[[Caller, Any], bytes]]:
        """Each request's class with the method that answers it."""
        return {
            functions.auth.SendCodeRequest: self._send_code,
            functions.auth.SignInRequest: self._sign_in,
            functions.auth.CheckPasswordRequest: self._check_password,
            functions.auth.LogOutRequest: self._log_out,
            functions.account.GetPasswordRequest: self._password,
        }

    def _send_code(self, caller: Caller, request: functions.auth.SendCodeRequest) -> bytes:
        if request.api_id <= 0 or not request.api_hash:
            raise RpcFailure(400, "API_ID_INVALID")
        self._check_phone(request.phone_number)
        login = login_of(caller)
        login.phone_code_hash = secrets.token_hex(9)
        self._emit("code_sent", phone=self._account.book.phone, code=self._account.code)
        code_type = types.auth.SentCodeTypeApp(length=len(self._account.code))
        return bytes(types.auth.SentCode(code_type, login.phone_code_hash, timeout=_CODE_TIMEOUT_SECS))

    def _check_phone(self, phone_number: str) -> None:
        if "".join(filter(str.isdigit, phone_number)) != self._account.book.phone:
            raise RpcFailure(400, "PHONE_NUMBER_INVALID")

    def _sign_in(self, caller: Caller, request: functions.auth.SignInRequest) -> bytes:
        self._check_phone(request.phone_number)
        login = login_of(caller)
        if not request.phone_code:
            raise RpcFailure(400, "PHONE_CODE_EMPTY")
        if login.phone_code_hash is None or request.phone_code_hash != login.phone_code_hash:
            raise RpcFailure(400, "PHONE_CODE_EXPIRED")
        if request.phone_code != self._account.code:
            raise RpcFailure(400, "PHONE_CODE_INVALID")
        login.phone_code_hash = None
        if self._account.srp is not None:
            login.awaits_password = True
            raise RpcFailure(401, "SESSION_PASSWORD_NEEDED")
        return self._complete(login)

    def _complete(self, login: Login) -> bytes:
        login.signed_in, login.awaits_password = True, False
        self._emit("login", user_id=self._account.book.user_id)
        return bytes(types.auth.Authorization(user=self._account.book.self_user()))

    def _password(self, _caller: Caller, _request: functions.account.GetPasswordRequest) -> bytes:
        srp = self._account.srp
        challenge = srp.challenge() if srp else None
        return bytes(types.account.Password(
            new_algo=kdf_algo(os.urandom(8), os.urandom(16)),
            new_secure_algo=types.SecurePasswordKdfAlgoPBKDF2HMACSHA512iter100000(salt=os.urandom(8)),
            secure_random=os.urandom(256),
            has_password=srp is not None,
            current_algo=srp.algo() if srp else None,
            srp_B=challenge.public.to_bytes(256, "big") if challenge else None,
            srp_id=challenge.srp_id if challenge else None,
        ))  # fmt: skip

    def _check_password(self, caller: Caller, request: functions.auth.CheckPasswordRequest) -> bytes:
        login, srp, given = login_of(caller), self._account.srp, request.password
        if srp is None or not login.awaits_password:
            raise RpcFailure(401, "AUTH_KEY_UNREGISTERED")
        if not isinstance(given, types.InputCheckPasswordSRP):
            raise RpcFailure(400, "PASSWORD_HASH_INVALID")
        challenge = srp.take_challenge(given.srp_id)
        if challenge is None:
            raise RpcFailure(400, "SRP_ID_INVALID")
        if not srp.proves(challenge, given.A, given.M1):
            raise RpcFailure(400, "PASSWORD_HASH_INVALID")
        return self._complete(login)

    def _log_out(self, caller: Caller, _request: functions.auth.LogOutRequest) -> bytes:
        login = require_signed_in(caller)
        login.signed_in = False
        if self._account.takeout is not None and self._account.takeout.login is login:
            self._account.takeout = None
        self._emit("logged_out", user_id=self._account.book.user_id)
        return bytes(types.auth.LoggedOut())
