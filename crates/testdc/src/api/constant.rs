//! What an account has that never speaks to anybody: calls that have the same answer every time.
//!
//! Clients make these calls when they start, and stop when one is refused. There are no dialogs, no drafts, no stickers
//! and no translations here, and the answers say so. What is asked for (a dialog, a language) is not looked at.
//!
//! A layer that has a method by the id given here has the constructors of its answer too, but for `peerNotifySettings`
//! (`layers/answers.rs`): compared with the schemas of layers 158, 198, 216, 227, 229 and 230.

use std::time::Duration;

use tl_codec::{Encode, encode_vector};

use super::request::{Access, Answer, Method, Request};
use super::updates;

/// A piece of an answer.
enum Part {
    /// A constructor.
    Id(u32),
    Number(i32),
    /// No flags, no number, or half of a hash that no list has.
    Zero,
    Text(&'static str),
    /// A list with nothing in it.
    Vector,
    /// The beginning of a list with one item, which follows.
    VectorOfOne,
    Now,
    /// When a client is to ask again.
    InAnHour,
    /// `updates.state` of the account.
    State,
}
use Part::{Id, InAnHour, Now, Number, State, Text, Vector, VectorOfOne, Zero};

/// `vector#1cb5c415`
const VECTOR: u32 = 0x1cb5_c415;

const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3_600);

fn write(request: &Request<'_>, parts: &[Part]) -> Answer {
    let mut out = Vec::new();
    for part in parts {
        match part {
            Id(id) => id.encode(&mut out),
            Number(number) => number.encode(&mut out),
            Zero => 0_i32.encode(&mut out),
            Text(text) => text.encode(&mut out),
            Vector => encode_vector::<i32>(&[], &mut out),
            VectorOfOne => [VECTOR, 1].iter().for_each(|word| word.encode(&mut out)),
            Now => request.now.secs().encode(&mut out),
            InAnHour => request.now.after(ASK_AGAIN_AFTER).secs().encode(&mut out),
            State => {
                let account = request.logged_in()?;
                let state = updates::state(&account.inbox(), request.now);
                state.encode(&mut out);
            }
        }
    }
    Ok(out)
}

/// Access, id and name of each method, and its answer.
macro_rules! constant {
    ($($access:ident $id:literal $name:literal => [$($part:expr),*],)*) => {
        pub(super) const METHODS: &[Method] = &[$(Method {
            id: $id,
            name: $name,
            access: Access::$access,
            call: |request, _| write(request, &[$($part),*]),
        }),*];
    };
}

constant! {
    LoggedIn 0x08fc_711d "account.getAccountTTL" => [Id(0xb8d0_afdf), Number(365)],
    LoggedIn 0xd638_de89 "account.getChatThemes" => [Id(0x9a3d_8c6d), Zero, Zero, Vector],
    LoggedIn 0x2e7b_4543 "account.getCollectibleEmojiStatuses" => [Id(0x90c4_67d1), Zero, Zero, Vector],
    LoggedIn 0x9f07_c728 "account.getContactSignUpNotification" => [Id(0xbc79_9737)],
    LoggedIn 0x8b9b_4dae "account.getContentSettings" => [Id(0x57e2_8221), Zero],
    LoggedIn 0xd675_3386 "account.getDefaultEmojiStatuses" => [Id(0x90c4_67d1), Zero, Zero, Vector],
    LoggedIn 0x12b3_ad31 "account.getNotifySettings" => [Id(0x9962_2c0c), Zero],
    LoggedIn 0xdadb_c950 "account.getPrivacy" => [Id(0x50a0_4e45), VectorOfOne, Id(0x6542_7b82), Vector, Vector],
    LoggedIn 0x0f57_8105 "account.getRecentEmojiStatuses" => [Id(0x90c4_67d1), Zero, Zero, Vector],
    LoggedIn 0xe190_2288 "account.getSavedRingtones" => [Id(0xc1e9_2cc5), Zero, Zero, Vector],
    LoggedIn 0x7206_e458 "account.getThemes" => [Id(0x9a3d_8c6d), Zero, Zero, Vector],
    LoggedIn 0x0796_7d36 "account.getWallPapers" => [Id(0xcdc3_858c), Zero, Zero, Vector],
    LoggedIn 0x182e_6d6f "account.getWebAuthorizations" => [Id(0xed56_c9fc), Vector, Vector],
    LoggedIn 0xec86_017a "account.registerDevice" => [Id(0x9972_75b5)],
    LoggedIn 0x6a0d_3206 "account.unregisterDevice" => [Id(0x9972_75b5)],
    LoggedIn 0x6628_562c "account.updateStatus" => [Id(0x9972_75b5)],
    LoggedIn 0xf5da_d378 "channels.getGroupsForDiscussion" => [Id(0x64ff_9fd5), Vector],
    LoggedIn 0x8341_ecc0 "channels.getLeftChannels" => [Id(0x64ff_9fd5), Vector],
    Introduced 0x61e3_f854 "help.getAppConfig" => [Id(0xdd18_782e), Zero, Id(0x99c1_d49d), Vector],
    Introduced 0x522d_5a7d "help.getAppUpdate" => [Id(0xc45a_6536)],
    Introduced 0x5202_9342 "help.getCdnConfig" => [Id(0x5725_e40a), Vector],
    Introduced 0x7357_87a8 "help.getCountriesList" => [Id(0x87d0_759e), Vector, Zero],
    LoggedIn 0x4d39_2343 "help.getInviteText" => [Id(0x18cb_9f78), Text("")],
    Introduced 0xda80_f42f "help.getPeerColors" => [Id(0x00f8_ed08), Zero, Vector],
    Introduced 0xabcf_a9fd "help.getPeerProfileColors" => [Id(0x00f8_ed08), Zero, Vector],
    LoggedIn 0xb81b_93d4 "help.getPremiumPromo" => [Id(0x5334_759c), Text(""), Vector, Vector, Vector, Vector, Vector],
    Introduced 0xc097_7421 "help.getPromoData" => [Id(0x98f6_ac75), InAnHour],
    LoggedIn 0x2ca5_1fd1 "help.getTermsOfServiceUpdate" => [Id(0xe330_9f7f), InAnHour],
    Introduced 0x49b3_0240 "help.getTimezonesList" => [Id(0x7b74_ed71), Vector, Zero],
    LoggedIn 0x038a_08d3 "help.getUserInfo" => [Id(0xf3ae_2eed)],
    LoggedIn 0xf50d_baa1 "help.dismissSuggestion" => [Id(0x9972_75b5)],
    Introduced 0x6f02_f748 "help.saveAppLog" => [Id(0x9972_75b5)],
    Introduced 0x42c6_978f "langpack.getLanguages" => [Vector],
    Introduced 0xefea_3803 "langpack.getStrings" => [Vector],
    LoggedIn 0x6a3f_8d65 "messages.getAllDrafts" => [Id(0x74ae_4240), Vector, Vector, Vector, Now, Zero],
    LoggedIn 0xb8a0_a1a8 "messages.getAllStickers" => [Id(0xcdbb_cebb), Zero, Zero, Vector],
    LoggedIn 0x57f1_7692 "messages.getArchivedStickers" => [Id(0x4fcb_a9c8), Zero, Vector],
    LoggedIn 0x16fc_c2cb "messages.getAttachMenuBots" => [Id(0x3c43_01c0), Zero, Zero, Vector, Vector],
    LoggedIn 0xdea2_0a39 "messages.getAvailableEffects" => [Id(0xbddb_616e), Zero, Vector, Vector],
    LoggedIn 0x18de_a0ac "messages.getAvailableReactions" => [Id(0x768e_3aad), Zero, Vector],
    LoggedIn 0xe40c_a104 "messages.getCommonChats" => [Id(0x64ff_9fd5), Vector],
    LoggedIn 0x658b_7188 "messages.getDefaultHistoryTTL" => [Id(0x43b4_6b20), Zero],
    LoggedIn 0xbdf9_3428 "messages.getDefaultTagReactions" => [Id(0xeafd_f716), Zero, Zero, Vector],
    LoggedIn 0xefd4_8c89 "messages.getDialogFilters" => [Id(0x2ad9_3719), Zero, Vector],
    LoggedIn 0x2120_2222 "messages.getDialogUnreadMarks" => [Vector],
    LoggedIn 0xa0f4_cb4f "messages.getDialogs" => [Id(0x15ba_6c40), Vector, Vector, Vector, Vector],
    LoggedIn 0x4e99_63b2 "messages.getEmojiKeywordsLanguages" => [Vector],
    LoggedIn 0xfbfc_a18f "messages.getEmojiStickers" => [Id(0xcdbb_cebb), Zero, Zero, Vector],
    LoggedIn 0x04f1_aaa9 "messages.getFavedStickers" => [Id(0x2cb5_1097), Zero, Zero, Vector, Vector],
    LoggedIn 0x6478_0b14 "messages.getFeaturedStickers" => [Id(0xbe38_2906), Zero, Zero, Zero, Zero, Vector, Vector],
    LoggedIn 0x640f_82b8 "messages.getMaskStickers" => [Id(0xcdbb_cebb), Zero, Zero, Vector],
    LoggedIn 0xe470_bcfd "messages.getPeerDialogs" => [Id(0x3371_c354), Vector, Vector, Vector, Vector, State],
    LoggedIn 0xd6b9_4df2 "messages.getPinnedDialogs" => [Id(0x3371_c354), Vector, Vector, Vector, Vector, State],
    LoggedIn 0xd63d_94e0 "messages.getPinnedSavedDialogs" => [Id(0xf83a_e221), Vector, Vector, Vector, Vector],
    LoggedIn 0xd483_f2a8 "messages.getQuickReplies" => [Id(0xc68d_6695), Vector, Vector, Vector, Vector],
    LoggedIn 0x3946_1db2 "messages.getRecentReactions" => [Id(0xeafd_f716), Zero, Zero, Vector],
    LoggedIn 0x9da9_403b "messages.getRecentStickers" => [Id(0x88d3_7c56), Zero, Zero, Vector, Vector, Vector],
    LoggedIn 0x1e91_fc99 "messages.getSavedDialogs" => [Id(0xf83a_e221), Vector, Vector, Vector, Vector],
    LoggedIn 0x5cf0_9635 "messages.getSavedGifs" => [Id(0x84a0_2a0d), Zero, Zero, Vector],
    LoggedIn 0x3637_e05b "messages.getSavedReactionTags" => [Id(0x3259_950a), Vector, Zero, Zero],
    LoggedIn 0x1cff_7e08 "messages.getSplitRanges" => [VectorOfOne, Id(0x0ae3_0253), Number(1), Number(i32::MAX)],
    LoggedIn 0xd5a5_d3a1 "messages.getStickers" => [Id(0x30a6_ec7e), Zero, Zero, Vector],
    LoggedIn 0xa29c_d42c "messages.getSuggestedDialogFilters" => [Vector],
    LoggedIn 0xbb81_25ba "messages.getTopReactions" => [Id(0xeafd_f716), Zero, Zero, Vector],
    LoggedIn 0x91cd_32a8 "photos.getUserPhotos" => [Id(0x8dca_6aa5), Vector, Vector],
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tl_dynamic::Dynamic;
    use tl_schema::Schema;

    use super::*;
    use crate::centre::DataCentre;
    use crate::entropy::Entropy;
    use crate::keys::{KeyRecord, Login};

    const SCHEMA: &str = include_str!("../../../../schema/api.tl");

    /// What a client that is logged in is answered.
    fn answers(methods: &[Method]) -> Vec<(&'static str, Vec<u8>)> {
        let centre = Arc::new(DataCentre::for_tests());
        let mut entropy = Entropy::from_seed(1);
        let account = crate::account::Account::new(&crate::Config::default(), &mut entropy);
        let key = Arc::new(KeyRecord::for_tests(Login::LoggedIn(Arc::new(account))));
        let mut request = Request::new(&centre, &key, 1, &mut entropy);
        let call = |method: &Method| Some((method.name, (method.call)(&mut request, &[]).ok()?));
        methods.iter().filter_map(call).collect()
    }

    #[test]
    fn every_answer_is_of_the_type_that_the_schema_gives() {
        let schema = Schema::parse(SCHEMA).unwrap();
        let dynamic = Dynamic::new(&schema).unwrap();
        let answers = answers(METHODS);
        assert_eq!(answers.len(), METHODS.len());
        for (name, answer) in answers {
            let method = dynamic.declaration(name).unwrap_or_else(|| panic!("{name}"));
            dynamic.read_reply(method, &answer).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }

    #[test]
    fn methods_have_the_names_and_ids_of_the_schema() {
        let schema = Schema::parse(SCHEMA).unwrap();
        let dynamic = Dynamic::new(&schema).unwrap();
        for method in crate::api::FAMILIES.into_iter().flatten() {
            let declaration = dynamic.index().by_id(method.id).unwrap_or_else(|| panic!("{}", method.name));
            assert_eq!(declaration.name.to_string(), method.name);
        }
    }
}
