"""The foreign server where Telethon's client does not go: the present key exchange, PFS, and what it must refuse."""

import json
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateNumbers,
    RSAPublicNumbers,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
)
from telethon.crypto import AuthKey
from telethon.extensions import BinaryReader
from telethon.tl import functions, types
from telethon.tl.alltlobjects import tlobjects
from telethon.tl.core import core_objects

from conftest import StartServer
from foreign.bind import BadBinding, open_binding
from foreign.list_hash import list_hash
from foreign.rsa_key import RsaKey
from foreign.srp import SrpVerifier
from foreign.wire import packed_if_smaller
from pad_client import PadClient, in_layer
from servers import Server
from telethon_side import run_bounded

FACTS = Path(__file__).parent / "vectors"
VECTORS = json.loads((FACTS / "foreign_server.json").read_text())
LAYER_230 = json.loads((FACTS / "layer230_ids.json").read_text())["ids"]
CONFIG = functions.help.GetConfigRequest()
SAVED = functions.contacts.GetSavedRequest()


def run_with_client(server: Server, scenario: Callable[[PadClient], Awaitable[None]]) -> None:
    async def connected() -> None:
        client = await PadClient.connect(server)
        try:
            await scenario(client)
        finally:
            await client.close()

    run_bounded(connected())


def test_rsa_pad_vector() -> None:
    vector = VECTORS["rsa_pad"]
    d, p, q = (int(vector[name], 16) for name in ("d", "p", "q"))
    public = RSAPublicNumbers(vector["e"], int(vector["n"], 16))
    crt = (rsa_crt_dmp1(d, p), rsa_crt_dmq1(d, q), rsa_crt_iqmp(p, q))
    key = RsaKey(RSAPrivateNumbers(p, q, d, *crt, public).private_key())
    assert key.fingerprint() == int.from_bytes(bytes.fromhex(vector["fingerprint_bytes"]), "little", signed=True)
    inner = key.open_inner_data(bytes.fromhex(vector["encrypted"]))
    assert (inner.padding, bytes(inner.content).hex()) == ("rsa_pad", vector["data"])


def test_binding_vector() -> None:
    vector = VECTORS["bind_temp_auth_key"]
    key, encrypted = (bytes.fromhex(vector[name]) for name in ("perm_auth_key", "encrypted_message_104"))
    msg_id, inner = open_binding(key, encrypted)
    found = {"msg_id": msg_id, "expires_at": int(inner.expires_at.timestamp()), **inner.to_dict()}
    for name in ("msg_id", "nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id"):
        assert found[name] == int(vector[name]), name
    for at in (0, 8, 24, 103):
        spoiled = bytearray(encrypted)
        spoiled[at] ^= 1
        with pytest.raises(BadBinding):
            open_binding(key, bytes(spoiled))


def test_srp_vector() -> None:
    vector = VECTORS["srp"]
    salt1, salt2, a, m1 = (bytes.fromhex(vector[name]) for name in ("salt1", "salt2", "A", "M1"))
    verifier = SrpVerifier(vector["password"], salt1, salt2)
    challenge = verifier.challenge(int(vector["server_b"], 16))
    assert challenge.public == int(vector["srp_B"], 16)
    assert verifier.proves(challenge, a, m1)
    assert not verifier.proves(challenge, a, bytes(32))
    assert not verifier.proves(challenge, bytes(256), m1)


@pytest.mark.parametrize("vector", VECTORS["list_hash"])
def test_list_hash_vectors(vector: dict[str, Any]) -> None:
    assert list_hash(vector["ids"]) == int(vector["hash_i64"])


def test_large_results_are_packed_and_small_ones_are_not() -> None:
    small, large = bytes(CONFIG), b"".join(bytes(in_layer(CONFIG)) for _ in range(40))
    assert packed_if_smaller(small) == small
    packed = packed_if_smaller(large)
    assert len(packed) < len(large)
    assert BinaryReader(packed).tgread_object().data == large


def test_the_present_key_exchange_and_a_container(start_foreign: StartServer) -> None:
    server = start_foreign()

    async def scenario(client: PadClient) -> None:
        client.use(*await client.exchange())
        # Like Telegram's servers: random bytes after the object, inside of the stated length.
        assert len(client.plain_surplus_bytes) == 3 and min(client.plain_surplus_bytes) > 0
        ids = [client.state._get_new_msg_id() for _ in range(3)]
        first, ping = in_layer(CONFIG), functions.PingRequest(7)
        messages = [(ids[0], 1, bytes(first)), (ids[1], 3, bytes(SAVED)), (ids[2], 4, bytes(ping))]
        client.state._sequence = 2
        await client.send_messages(messages)
        made = await client.receive()
        assert isinstance(made, types.NewSessionCreated) and made.first_msg_id == ids[0]
        acks = await client.receive()
        assert isinstance(acks, types.MsgsAck) and acks.msg_ids == ids[:2]
        assert (await client.result_of(ids[0], first)).this_dc == 2
        assert (await client.result_of(ids[1], SAVED)).error_message == "AUTH_KEY_UNREGISTERED"
        pong = await client.receive()
        assert (pong.msg_id, pong.ping_id) == (ids[2], 7)

    run_with_client(server, scenario)
    server.wait_for("key_made", padding="rsa_pad", inner="PQInnerDataDc", temporary=False)


def test_a_temporary_key_works_once_it_is_bound(start_foreign: StartServer) -> None:
    server = start_foreign()

    async def scenario(client: PadClient) -> None:
        permanent, _ = await client.exchange()
        client.use(*await client.exchange(expires_in=3600))
        assert (await client.call(in_layer(SAVED))).error_message == "AUTH_KEY_PERM_EMPTY"
        assert (await client.bind(permanent, spoil=True)).error_message == "ENCRYPTED_MESSAGE_INVALID"
        assert (await client.bind(permanent, lifetime_secs=-1)).error_message == "EXPIRES_AT_INVALID"
        assert (await client.call(SAVED)).error_message == "AUTH_KEY_PERM_EMPTY"
        assert await client.bind(permanent) is True
        assert (await client.call(SAVED)).error_message == "CONNECTION_NOT_INITED"
        assert (await client.call(in_layer(SAVED))).error_message == "AUTH_KEY_UNREGISTERED"

    run_with_client(server, scenario)
    server.wait_for("key_made", inner="PQInnerDataTempDc", temporary=True)


def test_nothing_that_is_used_changed_between_telethons_layer_and_ours() -> None:
    known = {**tlobjects, **core_objects}
    assert [name for name, number in LAYER_230.items() if int(number, 16) not in known] == []


@pytest.mark.parametrize(("layer", "error"), [(229, None), (230, None), (228, "CONNECTION_LAYER_INVALID")])
def test_the_layers_that_are_accepted(start_foreign: StartServer, layer: int, error: str | None) -> None:
    async def scenario(client: PadClient) -> None:
        client.use(*await client.exchange())
        assert getattr(await client.call(in_layer(CONFIG, layer)), "error_message", None) == error

    run_with_client(start_foreign(), scenario)


def test_a_key_for_another_dc_is_refused(start_foreign: StartServer) -> None:
    async def scenario(client: PadClient) -> None:
        with pytest.raises(struct.error):  # four bytes are no plain message
            await client.exchange(dc=3)

    server = start_foreign()
    run_with_client(server, scenario)
    assert "-444" in server.stderr()


def test_an_unknown_key_is_refused(start_foreign: StartServer) -> None:
    async def scenario(client: PadClient) -> None:
        client.use(AuthKey(bytes(range(256))), 0)
        await client.send_messages([(client.state._get_new_msg_id(), 1, bytes(CONFIG))])
        assert (await client.receive_frame())[:4] == struct.pack("<i", -404)

    run_with_client(start_foreign(), scenario)


def _too_old(msg_id: int) -> int:
    return msg_id - (400 << 32)


def _too_new(msg_id: int) -> int:
    return msg_id + (60 << 32)


BAD_MESSAGES = [
    (_too_old, 1, CONFIG, 16),
    (_too_new, 1, CONFIG, 17),
    (lambda msg_id: msg_id + 1, 1, CONFIG, 18),
    (lambda msg_id: msg_id, 0, CONFIG, 35),
    (lambda msg_id: msg_id, 1, types.MsgsAck([1]), 34),
]


@pytest.mark.parametrize(("shift", "seq_no", "request_", "code"), BAD_MESSAGES)
def test_messages_that_break_the_rules(
    start_foreign: StartServer, shift: Callable[[int], int], seq_no: int, request_: types.TLObject, code: int
) -> None:
    async def scenario(client: PadClient) -> None:
        client.use(*await client.exchange())
        msg_id = shift(client.state._get_new_msg_id())
        await client.send_messages([(msg_id, seq_no, bytes(request_))])
        bad = await client.receive()
        assert isinstance(bad, types.BadMsgNotification)
        assert (bad.bad_msg_id, bad.error_code) == (msg_id, code)

    run_with_client(start_foreign(), scenario)


def test_a_wrong_salt_is_corrected(start_foreign: StartServer) -> None:
    async def scenario(client: PadClient) -> None:
        key, salt = await client.exchange()
        client.use(key, salt ^ 1)
        msg_id = client.state._get_new_msg_id()
        await client.send_messages([(msg_id, 1, bytes(in_layer(CONFIG)))])
        wrong = await client.receive()
        assert isinstance(wrong, types.BadServerSalt)
        assert (wrong.bad_msg_id, wrong.error_code, wrong.new_server_salt) == (msg_id, 48, salt)

    run_with_client(start_foreign(), scenario)
