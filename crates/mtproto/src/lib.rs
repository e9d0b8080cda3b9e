//! MTProto 2.0: frames, key exchange, encrypted messages and sessions as a sans-IO core, with a tokio driver
