"""What scripts with Telethon ask first: dialogs, drafts, settings and the password, of an account that never spoke."""

import pytest
from telethon import TelegramClient, errors
from telethon.tl import TLObject, TLRequest, functions, types

from admin_side import order
from conftest import StartServer
from servers import Server
from telethon_side import connected, log_in, run_bounded

BOOK = ("--seed", 5, "--contacts", 20, "--saved-only", 5, "--admin", "127.0.0.1:0")
USERS = types.InputNotifyUsers()
# each with the type of its answer
FIRST_CALLS: list[tuple[TLRequest, type]] = [
    (functions.account.GetAccountTTLRequest(), types.AccountDaysTTL),
    (functions.account.GetNotifySettingsRequest(USERS), types.PeerNotifySettings),
    (functions.account.GetPrivacyRequest(types.InputPrivacyKeyPhoneNumber()), types.account.PrivacyRules),
    (functions.account.GetWallPapersRequest(0), types.account.WallPapers),
    (functions.account.GetThemesRequest("android", 0), types.account.Themes),
    (functions.account.GetContentSettingsRequest(), types.account.ContentSettings),
    (functions.account.GetContactSignUpNotificationRequest(), bool),
    (functions.account.GetSavedRingtonesRequest(0), types.account.SavedRingtones),
    (functions.account.GetWebAuthorizationsRequest(), types.account.WebAuthorizations),
    (functions.account.GetDefaultEmojiStatusesRequest(0), types.account.EmojiStatuses),
    (functions.account.RegisterDeviceRequest(2, "token", False, b"", []), bool),
    (functions.account.UnregisterDeviceRequest(2, "token", []), bool),
    (functions.account.UpdateStatusRequest(offline=False), bool),
    (functions.auth.DropTempAuthKeysRequest([]), bool),
    (functions.channels.GetLeftChannelsRequest(0), types.messages.Chats),
    (functions.help.GetAppConfigRequest(0), types.help.AppConfig),
    (functions.help.GetAppUpdateRequest("store"), types.help.NoAppUpdate),
    (functions.help.GetCdnConfigRequest(), types.CdnConfig),
    (functions.help.GetCountriesListRequest("en", 0), types.help.CountriesList),
    (functions.help.GetInviteTextRequest(), types.help.InviteText),
    (functions.help.GetPeerColorsRequest(0), types.help.PeerColors),
    (functions.help.GetPeerProfileColorsRequest(0), types.help.PeerColors),
    (functions.help.GetPremiumPromoRequest(), types.help.PremiumPromo),
    (functions.help.GetPromoDataRequest(), types.help.PromoDataEmpty),
    (functions.help.GetSupportRequest(), types.help.Support),
    (functions.help.GetTermsOfServiceUpdateRequest(), types.help.TermsOfServiceUpdateEmpty),
    (functions.help.GetTimezonesListRequest(0), types.help.TimezonesList),
    (functions.langpack.GetDifferenceRequest("tdesktop", "de", 7), types.LangPackDifference),
    (functions.langpack.GetLangPackRequest("tdesktop", "de"), types.LangPackDifference),
    (functions.langpack.GetLanguagesRequest("tdesktop"), list),
    (functions.langpack.GetStringsRequest("tdesktop", "de", ["lng_cancel"]), list),
    (functions.messages.GetAllDraftsRequest(), types.Updates),
    (functions.messages.GetAllStickersRequest(0), types.messages.AllStickers),
    (functions.messages.GetAttachMenuBotsRequest(0), types.AttachMenuBots),
    (functions.messages.GetAvailableEffectsRequest(0), types.messages.AvailableEffects),
    (functions.messages.GetAvailableReactionsRequest(0), types.messages.AvailableReactions),
    (functions.messages.GetCommonChatsRequest(types.InputUserSelf(), 0, 10), types.messages.Chats),
    (functions.messages.GetDefaultHistoryTTLRequest(), types.DefaultHistoryTTL),
    (functions.messages.GetDialogFiltersRequest(), types.messages.DialogFilters),
    (functions.messages.GetDialogUnreadMarksRequest(), list),
    (functions.messages.GetFavedStickersRequest(0), types.messages.FavedStickers),
    (functions.messages.GetFeaturedStickersRequest(0), types.messages.FeaturedStickers),
    (functions.messages.GetPeerDialogsRequest([]), types.messages.PeerDialogs),
    (functions.messages.GetPinnedDialogsRequest(0), types.messages.PeerDialogs),
    (functions.messages.GetQuickRepliesRequest(0), types.messages.QuickReplies),
    (functions.messages.GetRecentReactionsRequest(10, 0), types.messages.Reactions),
    (functions.messages.GetRecentStickersRequest(0), types.messages.RecentStickers),
    (functions.messages.GetSavedGifsRequest(0), types.messages.SavedGifs),
    (functions.messages.GetSplitRangesRequest(), list),
    (functions.messages.GetTopReactionsRequest(10, 0), types.messages.Reactions),
    (functions.photos.GetUserPhotosRequest(types.InputUserSelf(), 0, 0, 10), types.photos.Photos),
]


@pytest.fixture(autouse=True)
def _no_addresses_of_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telethon keeps the addresses of the data centres for the life of the process."""
    monkeypatch.setattr(TelegramClient, "_config", None)


def _is_empty(answer: TLObject) -> bool:
    """Whether no list of an answer holds anything."""
    return not any(isinstance(value, list) and value for value in vars(answer).values())


def test_an_account_that_never_spoke_has_nothing_to_show(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK)

    async def scenario() -> None:
        async with connected(server) as client:
            await log_in(client, server)
            assert list(await client.get_dialogs()) == []
            assert list(await client.get_drafts()) == []
            assert [dialog async for dialog in client.iter_dialogs(archived=True)] == []
            async with client.takeout(contacts=True, users=True) as takeout:
                assert [dialog async for dialog in takeout.iter_dialogs()] == []
                (whole,) = await takeout(functions.messages.GetSplitRangesRequest())
                assert (whole.min_id, whole.max_id) == (1, 2**31 - 1)
            for request, kind in FIRST_CALLS:
                answer = await client(request)
                assert isinstance(answer, kind), request
                told = isinstance(request, functions.account.GetPrivacyRequest)
                assert told or not isinstance(answer, TLObject) or _is_empty(answer), answer
            difference = await client(functions.langpack.GetDifferenceRequest("tdesktop", "de", 7))
            assert (difference.lang_code, difference.from_version, difference.version) == ("de", 7, 7)
            me = await client.get_me()
            assert list(await client.get_profile_photos(me)) == []
            with pytest.raises(errors.FileIdInvalidError):
                await client(functions.upload.GetFileRequest(types.InputFileLocation(1, 1, 1, b""), 0, 4096))

    run_bounded(scenario())


def test_a_password_is_set_used_changed_and_removed(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK)

    async def login_with(password: str) -> None:
        async with connected(server) as client:
            await log_in(client, server, password)

    async def scenario() -> None:
        async with connected(server) as client:
            await log_in(client, server)
            assert await client.edit_2fa(new_password="one", hint="the first")
            told = await client(functions.account.GetPasswordRequest())
            assert (told.has_password, told.hint) == (True, "the first")
            await login_with("one")
            with pytest.raises(errors.PasswordHashInvalidError):
                await client.edit_2fa("wrong", "two")
            assert await client.edit_2fa("one", "zwei 🐴")
            with pytest.raises(errors.PasswordHashInvalidError):
                await login_with("one")
            await login_with("zwei 🐴")
            assert await client.edit_2fa("zwei 🐴")
            assert not (await client(functions.account.GetPasswordRequest())).has_password
        async with connected(server) as client:
            await log_in(client, server)

    run_bounded(scenario())


def test_logins_are_listed_and_ended(start_testdc: StartServer) -> None:
    server = start_testdc(*BOOK)

    async def scenario(server: Server) -> None:
        async with connected(server) as client, connected(server) as other:
            await log_in(client, server)
            await log_in(other, server)
            listed = (await client(functions.account.GetAuthorizationsRequest())).authorizations
            told = [(each.current, each.hash == 0, each.api_id) for each in listed]
            assert told == [(True, True, 1), (False, False, 1)]
            assert order(server, "state", phone=server.truth["account"]["phone"])["sessions"] == 2
            assert await client(functions.account.ResetAuthorizationRequest(listed[1].hash))
            with pytest.raises(errors.SessionRevokedError):
                await other(functions.contacts.GetStatusesRequest())
            with pytest.raises(errors.HashInvalidError):
                await client(functions.account.ResetAuthorizationRequest(listed[1].hash))

    run_bounded(scenario(server))
