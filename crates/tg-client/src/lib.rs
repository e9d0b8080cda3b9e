//! One Telegram account: connect, log in, keep the session, hold a takeout session open and finish it
