//! Bytes that no client would send.

use tl_api::functions::help;
use tl_codec::Encode;

use crate::client::{Client, Ended, Framing};
use crate::harness::TestServer;

#[test]
fn random_bytes_never_stop_the_server() {
    let server = TestServer::plain();
    for round in 0..60_usize {
        let framing = Framing::ALL[round % 4];
        let mut client = Client::connect(server.address(), framing);
        client.wait_at_most(20);
        let len = usize::try_from(client.entropy.below(300)).unwrap();
        let mut bytes = client.entropy.bytes(len);
        if round % 3 == 0 {
            // a frame around the noise, so that it gets further
            let mut wire = Vec::new();
            bytes.resize(bytes.len().next_multiple_of(4).max(4), 0);
            let mut same_framing = framing;
            same_framing.encode(&bytes, false, &mut wire);
            bytes = wire;
        }
        client.write(&bytes);
        let _ended = client.read_frame();
    }
    server.keyed().introduce();
}

#[test]
fn every_changed_byte_of_a_message_is_refused() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let msg_id = client.next_msg_id();
    let sealed = client.seal(msg_id, 1, &help::GetConfig.to_bytes());
    for byte in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[byte] ^= 1 << (byte % 8);
        client.reconnect();
        client.send_frame(&changed);
        assert_eq!(client.read_frame(), Err(Ended::Error(-404)), "byte {byte}");
    }
    client.reconnect();
    client.send_frame(&sealed);
    assert!(client.wait_for_answer(msg_id).is_ok(), "nothing of it was ever taken");
}

#[test]
fn calls_of_random_bytes_are_answered_with_an_error() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let ids = [
        0xda9b_0d0d_u32,
        0xc1cd_5ea9,
        0xaca9_fd2e,
        0xa677_244f,
        0x8d52_a951,
        0xd18b_4d16,
        0x0d91_a548,
        0xcdd4_2a05,
    ];
    for round in 0..200_usize {
        let len = usize::try_from(client.entropy.below(12)).unwrap() * 4;
        let noise = client.entropy.bytes(len);
        let body = [ids[round % ids.len()].to_bytes(), noise].concat();
        let answer = client.call_raw(&body).unwrap();
        assert_eq!(answer[..4], 0x2144_ca19_u32.to_le_bytes(), "{body:02x?}");
    }
}

#[test]
fn service_messages_and_containers_of_random_bytes_do_no_harm() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let ids = [
        0x73f1_f8dc_u32,
        0x62d6_b459,
        0xda69_fb52,
        0x7d86_1a08,
        0x8610_baeb,
        0xb921_bd04,
        0x7abe_77ec,
        0xe751_2126,
        0x3072_cfa1,
        0xe060_46b2,
        0x9299_359f,
    ];
    for round in 0..300_usize {
        let len = usize::try_from(client.entropy.below(12)).unwrap() * 4;
        let noise = client.entropy.bytes(len);
        client.send(false, &[ids[round % ids.len()].to_bytes(), noise].concat());
    }
    client.introduce();
}

#[test]
fn many_connections_at_once() {
    let server = TestServer::plain();
    let mut clients = (0..200).map(|_| server.connect()).collect::<Vec<_>>();
    for client in clients.iter_mut().step_by(50) {
        client.exchange_key(&server.pem(), 2).unwrap();
        client.introduce();
    }
}

/// Service messages that are only a constructor id, or end where the items of a list should begin.
#[test]
fn service_messages_that_are_cut_do_no_harm() {
    let with_fields = [
        0x62d6_b459_u32, // msgs_ack
        0xda69_fb52,     // msgs_state_req
        0x04de_b57d,     // msgs_state_info
        0x8cc0_d131,     // msgs_all_info
        0x7d86_1a08,     // msg_resend_req
        0x8610_baeb,     // msg_resend_ans_req
        0x276d_3ec6,     // msg_detailed_info
        0x809d_b6df,     // msg_new_detailed_info
        0x9299_359f,     // http_wait
        0x7abe_77ec,     // ping
        0xf342_7b8c,     // ping_delay_disconnect
        0xb921_bd04,     // get_future_salts
        0x58e4_a740,     // rpc_drop_answer
        0xe751_2126,     // destroy_session
    ];
    let server = TestServer::plain();
    let mut client = server.keyed();
    client.introduce();
    for id in with_fields {
        for rest in [&[][..], &[0x1cb5_c415, 2]] {
            let words = [&[id], rest].concat();
            client.send(false, &words.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<_>>());
            client.expect(&help::GetNearestDc);
        }
    }
}
