//! `help.*`: what a client asks before it knows anything.

use std::time::Duration;

use tl_api::{functions::help, types};
use tl_codec::{Constructor, Encode};

use super::Refusal;
use super::request::{Access, Answer, Method, Request, read};
use super::updates::{SERVICE_PHONE, service_user};

pub(super) const METHODS: &[Method] = &[
    Method {
        id: help::GetConfig::ID,
        name: help::GetConfig::NAME,
        access: Access::Anybody,
        call: get_config,
    },
    Method {
        id: help::GetNearestDc::ID,
        name: help::GetNearestDc::NAME,
        access: Access::Anybody,
        call: get_nearest_dc,
    },
    Method { id: GET_SUPPORT, name: "help.getSupport", access: Access::LoggedIn, call: get_support },
];

/// `help.getSupport#9cdf08cd`
const GET_SUPPORT: u32 = 0x9cdf_08cd;
/// `help.support#17c6b5f6 phone_number:string user:User`
const SUPPORT: u32 = 0x17c6_b5f6;

fn get_config(request: &mut Request<'_>, body: &[u8]) -> Answer {
    read::<help::GetConfig>(body)?;
    let identity = request.centre.identity;
    let options = request.centre.cloud.addresses.iter().map(|(id, address)| types::DcOption {
        ipv6: address.is_ipv6(),
        static_: true,
        this_port_only: true,
        id: *id,
        ip_address: address.ip().to_string(),
        port: address.port().into(),
        ..types::DcOption::default()
    });
    let config = types::Config {
        date: request.now.secs(),
        expires: request.now.after(Duration::from_secs(3_600)).secs(),
        test_mode: identity.test_mode,
        this_dc: identity.id,
        dc_options: options.collect(),
        dc_txt_domain_name: "dc.invalid".to_owned(),
        chat_size_max: 200,
        megagroup_size_max: 200_000,
        forwarded_count_max: 100,
        online_update_period_ms: 210_000,
        offline_blur_timeout_ms: 5_000,
        offline_idle_timeout_ms: 30_000,
        online_cloud_timeout_ms: 300_000,
        notify_cloud_delay_ms: 30_000,
        notify_default_delay_ms: 1_500,
        push_chat_period_ms: 60_000,
        push_chat_limit: 2,
        edit_time_limit: 172_800,
        revoke_time_limit: i32::MAX,
        revoke_pm_time_limit: i32::MAX,
        rating_e_decay: 2_419_200,
        stickers_recent_limit: 200,
        call_receive_timeout_ms: 20_000,
        call_ring_timeout_ms: 90_000,
        call_connect_timeout_ms: 30_000,
        call_packet_timeout_ms: 10_000,
        me_url_prefix: "https://t.me/".to_owned(),
        caption_length_max: 1_024,
        message_length_max: 4_096,
        webfile_dc_id: identity.id,
        ..types::Config::default()
    };
    Ok(config.to_bytes())
}

fn get_nearest_dc(request: &mut Request<'_>, body: &[u8]) -> Answer {
    read::<help::GetNearestDc>(body)?;
    let this_dc = request.centre.identity.id;
    let nearest_dc = request.centre.cloud.network_dc.unwrap_or(this_dc);
    Ok(types::NearestDc { country: "XX".to_owned(), this_dc, nearest_dc }.to_bytes())
}

/// Nobody answers questions here; user 777000 stands for those who would.
fn get_support(_request: &mut Request<'_>, body: &[u8]) -> Answer {
    if body.len() != GET_SUPPORT.encoded_len() {
        return Err(Refusal::bad("INPUT_FETCH_FAIL"));
    }
    let mut out = SUPPORT.to_bytes();
    SERVICE_PHONE.encode(&mut out);
    service_user().encode(&mut out);
    Ok(out)
}
