//! A floor: `contacts.contacts` read by a cursor that was written by hand for this one type.
//!
//! It makes the checks that `tl-codec` makes (constructor ids, lengths, counts against what is left, every optional
//! field by its bit, UTF-8 of the texts that are handed out, nothing behind the value) without nom, without generated
//! code and without names in its errors. UTF-8 is checked by the same function for both ([`Str::check`]); what `tl-codec`
//! needs beyond the cursor's time is the price of nom and of being general.

use tl_codec::Str;

/// What is wrong, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Bytes from the start of the reply.
    pub offset: usize,
}

type Read<T> = Result<T, Fault>;

/// What an export reads of a user.
#[derive(Debug, Clone, Copy, Default)]
pub struct User<'a> {
    /// `flags:#`
    pub flags: u32,
    /// `flags2:#`
    pub flags2: u32,
    /// `id:long`
    pub id: i64,
    /// `access_hash:flags.0?long`
    pub access_hash: Option<i64>,
    /// `first_name`, `last_name`, `username`, `phone`
    pub texts: [Option<&'a [u8]>; 4],
    /// `status:flags.6?UserStatus`
    pub status: Option<Status>,
    /// `lang_code:flags.22?string`
    pub lang_code: Option<&'a [u8]>,
    /// Whether `photo:flags.5?UserProfilePhoto` is there and not `userProfilePhotoEmpty`.
    pub has_photo: bool,
    /// `usernames:flags2.0?Vector<Username>`, summed up
    pub usernames: Usernames,
}

/// All `username` of a user.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usernames {
    /// The bytes of their texts.
    pub text_bytes: usize,
    /// How many have `editable:flags.0?true`.
    pub editable: usize,
    /// How many have `active:flags.1?true`.
    pub active: usize,
}

/// `UserStatus`
#[derive(Debug, Clone, Copy)]
pub enum Status {
    /// Nothing is known.
    Empty,
    /// Until when.
    Online(u32),
    /// Since when.
    Offline(u32),
    /// The flags.
    Recently(u32),
    /// The flags.
    LastWeek(u32),
    /// The flags.
    LastMonth(u32),
}

/// Reads the reply and hands out every user.
///
/// # Errors
/// [`Fault`] where the bytes are not what the schema says.
pub fn users<'a>(reply: &'a [u8], mut each: impl FnMut(&User<'a>)) -> Read<()> {
    let mut cursor = Cursor { bytes: reply, at: 0 };
    cursor.id(0xeae8_7e42)?; // contacts.contacts
    for _ in 0..cursor.vector(16)? {
        cursor.id(0x145a_de0b)?; // contact
        cursor.long()?;
        cursor.boolean()?;
    }
    cursor.word()?; // saved_count
    for _ in 0..cursor.vector(12)? {
        each(&cursor.user()?);
    }
    if cursor.at == reply.len() { Ok(()) } else { Err(cursor.fault()) }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    #[cold]
    fn fault(&self) -> Fault {
        Fault { offset: self.at }
    }

    #[inline]
    fn take(&mut self, len: usize) -> Read<&'a [u8]> {
        let end = self.at + len;
        let Some(taken) = self.bytes.get(self.at..end) else { return Err(self.fault()) };
        self.at = end;
        Ok(taken)
    }

    #[inline]
    fn chunk<const N: usize>(&mut self) -> Read<[u8; N]> {
        let rest = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<N>);
        let Some(chunk) = rest else { return Err(self.fault()) };
        self.at += N;
        Ok(*chunk)
    }

    #[inline]
    fn word(&mut self) -> Read<u32> {
        self.chunk().map(u32::from_le_bytes)
    }

    #[inline]
    fn long(&mut self) -> Read<i64> {
        self.chunk().map(i64::from_le_bytes)
    }

    #[inline]
    fn id(&mut self, expected: u32) -> Read<()> {
        if self.word()? == expected { Ok(()) } else { Err(self.fault()) }
    }

    fn boolean(&mut self) -> Read<()> {
        match self.word()? {
            0x9972_75b5 | 0xbc79_9737 => Ok(()),
            _ => Err(self.fault()),
        }
    }

    fn vector(&mut self, min_item_len: usize) -> Read<usize> {
        self.id(0x1cb5_c415)?;
        let count = usize::try_from(self.word()?).unwrap_or(usize::MAX);
        let left = self.bytes.len() - self.at;
        if count.saturating_mul(min_item_len) <= left { Ok(count) } else { Err(self.fault()) }
    }

    #[inline]
    fn bytes(&mut self) -> Read<&'a [u8]> {
        let [first] = self.chunk()?;
        let (len, head) = match first {
            0xff => return Err(self.fault()),
            0xfe => {
                let [low, mid, high] = self.chunk()?;
                (usize::from(low) | usize::from(mid) << 8 | usize::from(high) << 16, 4)
            }
            _ => (usize::from(first), 1),
        };
        let padding = (len + head).wrapping_neg() & 3;
        let padded = self.take(len + padding)?;
        Ok(padded.get(..len).unwrap_or(padded))
    }

    #[inline]
    fn text(&mut self) -> Read<&'a [u8]> {
        let bytes = self.bytes()?;
        if Str::new(bytes).check().is_ok() { Ok(bytes) } else { Err(self.fault()) }
    }

    #[inline]
    fn text_if(&mut self, is_there: bool) -> Read<Option<&'a [u8]>> {
        if is_there { self.text().map(Some) } else { Ok(None) }
    }

    #[inline]
    fn user(&mut self) -> Read<User<'a>> {
        match self.word()? {
            0xb1b8_cc83 => {}
            0xd3bc_4b7a => return Ok(User { id: self.long()?, ..User::default() }), // userEmpty
            _ => return Err(self.fault()),
        }
        let flags = self.word()?;
        let flags2 = self.word()?;
        let mut user = User { flags, flags2, id: self.long()?, ..User::default() };
        if has(flags, 0) {
            user.access_hash = Some(self.long()?);
        }
        for (bit, text) in (1..).zip(&mut user.texts) {
            *text = self.text_if(has(flags, bit))?;
        }
        if has(flags, 5) {
            user.has_photo = self.photo()?;
        }
        if has(flags, 6) {
            user.status = Some(self.status()?);
        }
        self.rare(&mut user)?;
        Ok(user)
    }

    /// Whether `UserProfilePhoto` is one.
    #[inline]
    fn photo(&mut self) -> Read<bool> {
        match self.word()? {
            0x82d1_f706 => {
                let flags = self.word()?;
                self.long()?;
                if has(flags, 1) {
                    self.bytes()?;
                }
                self.word().map(|_| true)
            }
            0x4f11_bae1 => Ok(false), // userProfilePhotoEmpty
            _ => Err(self.fault()),
        }
    }

    /// `UserStatus`
    #[inline]
    fn status(&mut self) -> Read<Status> {
        Ok(match self.word()? {
            0x09d0_5049 => Status::Empty,
            0xedb9_3949 => Status::Online(self.word()?),
            0x008c_703f => Status::Offline(self.word()?),
            0x7b19_7dc8 => Status::Recently(self.word()?),
            0x541a_1d1a => Status::LastWeek(self.word()?),
            0x6589_9777 => Status::LastMonth(self.word()?),
            _ => return Err(self.fault()),
        })
    }

    /// What few users have.
    #[inline]
    fn rare(&mut self, user: &mut User<'a>) -> Read<()> {
        let (flags, flags2) = (user.flags, user.flags2);
        if has(flags, 14) {
            self.word()?; // bot_info_version
        }
        if has(flags, 18) {
            for _ in 0..self.vector(16)? {
                self.id(0xd072_acb4)?; // restrictionReason
                for _ in 0..3 {
                    self.bytes()?;
                }
            }
        }
        if has(flags, 19) {
            self.bytes()?; // bot_inline_placeholder
        }
        user.lang_code = self.text_if(has(flags, 22))?;
        if has(flags, 30) {
            self.emoji_status()?;
        }
        if has(flags2, 0) {
            for _ in 0..self.vector(12)? {
                self.id(0xb407_3647)?; // username
                let flags = self.word()?;
                user.usernames.text_bytes += self.text()?.len();
                user.usernames.editable += usize::from(has(flags, 0));
                user.usernames.active += usize::from(has(flags, 1));
            }
        }
        if has(flags2, 5) {
            self.id(0x711d_692d)?; // recentStory
            let flags = self.word()?;
            self.skip_if(has(flags, 1), 4)?;
        }
        for bit in [8, 9] {
            if has(flags2, bit) {
                self.peer_color()?;
            }
        }
        for (bit, len) in [(12, 4), (14, 8), (15, 8), (21, 8)] {
            self.skip_if(has(flags2, bit), len)?;
        }
        Ok(())
    }

    #[inline]
    fn skip_if(&mut self, is_there: bool, len: usize) -> Read<()> {
        if is_there { self.take(len).map(drop) } else { Ok(()) }
    }

    /// `EmojiStatus`
    fn emoji_status(&mut self) -> Read<()> {
        match self.word()? {
            0x2de1_1aae => Ok(()), // emojiStatusEmpty
            0xe7ff_068a => {
                let flags = self.word()?;
                self.long()?;
                self.skip_if(has(flags, 0), 4)
            }
            0x7184_603b => {
                // emojiStatusCollectible
                let flags = self.word()?;
                self.take(16)?;
                self.bytes()?;
                self.bytes()?;
                self.take(24)?;
                self.skip_if(has(flags, 0), 4)
            }
            _ => Err(self.fault()),
        }
    }

    /// `PeerColor`
    fn peer_color(&mut self) -> Read<()> {
        match self.word()? {
            0xb54b_5acf => {
                let flags = self.word()?;
                self.skip_if(has(flags, 0), 4)?;
                self.skip_if(has(flags, 1), 8)
            }
            0xb9c0_639a => {
                // peerColorCollectible
                let flags = self.word()?;
                self.take(28)?;
                self.ints()?;
                self.skip_if(has(flags, 0), 4)?;
                if has(flags, 1) { self.ints() } else { Ok(()) }
            }
            _ => Err(self.fault()),
        }
    }

    /// `Vector<int>`
    fn ints(&mut self) -> Read<()> {
        let count = self.vector(4)?;
        self.take(4 * count).map(drop)
    }
}

#[inline]
fn has(flags: u32, bit: u32) -> bool {
    flags >> bit & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fixture_and_refuses_every_part_of_it() {
        let reply = crate::replies::contacts_reply(5);
        let mut seen = Vec::new();
        users(&reply, |user| seen.push(user.id)).unwrap();
        assert_eq!(seen.len(), 5);
        for cut in 0..reply.len() {
            assert!(users(&reply[..cut], |_| {}).is_err(), "{cut}");
        }
    }
}
