"""A small MTProto server that shares no code with the project: Telethon's TL classes and `cryptography`.

Our client is tested against it so that a misreading of the protocol cannot hide in both ends at once.

    TCP bytes -> frames.py -> envelope.py -> session.py -> service.py -> api.py (login.py, address_calls.py)
                 handshake.py answers the plain messages that make a key; connection.py ties it together.
"""
