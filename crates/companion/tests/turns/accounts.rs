//! Accounts: who comes in, what stands against guessing and theft, and how much they may do.

use crate::world::World;
use jiff::SignedDuration;
use philia_companion::accounts::{
    AccountSettings, Accounts, Actor, Credential, Identity, Mode, NewAccount, NewKey, Origin, OwnLimits, Rates, Reach,
    Registration, Role, Scope, SessionKind, SignedIn, Standing, Tokens, Way,
};
use philia_companion::{Error, Incoming, Person};
use philia_ports::store::{Kind, Scan};
use philia_ports::{PartitionId, Store as _};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

const PASSWORD: &str = "correct horse";

fn by() -> Actor {
    Actor::command_line()
}

fn here() -> Origin {
    Origin::of(Some(IpAddr::from([192, 0, 2, 1])))
}

/// A house with an admin, Ana, and Bob, who is not one.
async fn house(settings: AccountSettings) -> (World, Accounts) {
    let world = World::housed(settings);
    let accounts = world.philia.accounts();
    for (name, role) in [("Ana", Role::Admin), ("bob", Role::Public)] {
        accounts.add(&NewAccount { name, password: Some(PASSWORD), role }, &by()).await.unwrap();
    }
    (world, accounts)
}

async fn tokens(accounts: &Accounts, name: &str) -> Tokens {
    match accounts.sign_in(name, PASSWORD, SessionKind::Tokens, Some("a test"), &here()).await.unwrap() {
        SignedIn::Tokens(tokens) => tokens,
        SignedIn::Page(..) => panic!("tokens were asked for"),
    }
}

async fn bearer(accounts: &Accounts, token: &str) -> Result<Arc<Identity>, Error> {
    accounts.identify(Credential::Bearer(token)).await
}

fn is_unauthenticated<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Unauthenticated(_)))
}

#[tokio::test]
async fn the_first_account_is_an_admins_and_takes_over_what_was_said() {
    let world = World::housed(AccountSettings::default());
    let accounts = world.philia.accounts();
    let before = world.philia.person("local", "me").await.unwrap();
    world.say(&before, "My dog is called Bruno.").await;
    assert!(!accounts.are_asked(true).await.unwrap(), "alone at home nobody asks who is there");
    assert!(accounts.are_asked(false).await.unwrap(), "but from elsewhere");

    let public = NewAccount { name: "bob", password: Some(PASSWORD), role: Role::Public };
    assert!(matches!(accounts.add(&public, &by()).await, Err(Error::Forbidden(_))));
    let admin = NewAccount { name: "Ana", password: Some(PASSWORD), role: Role::Admin };
    assert_eq!(accounts.add(&admin, &by()).await.unwrap().id, "local");
    assert!(accounts.are_asked(true).await.unwrap());

    let identity = bearer(&accounts, &tokens(&accounts, "ana").await.access_token).await.unwrap();
    let ana = world.philia.person_of(&identity, None).await.unwrap();
    assert_eq!(ana.history(None, 10, None).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn whether_a_login_is_asked_is_a_choice() {
    for (mode, near, far) in [(Mode::Auto, false, true), (Mode::Required, true, true), (Mode::Off, false, false)] {
        let accounts = World::housed(AccountSettings { mode, ..AccountSettings::default() }).philia.accounts();
        assert_eq!(accounts.are_asked(true).await.unwrap(), near, "{mode:?}");
        assert_eq!(accounts.are_asked(false).await.unwrap(), far, "{mode:?}");
    }
}

#[tokio::test]
async fn a_name_is_one_however_it_is_written() {
    let (_, accounts) = house(AccountSettings::default()).await;
    for name in ["ana", "ANA", " Ana ", "ａｎａ"] {
        let again = NewAccount { name, password: None, role: Role::Public };
        assert!(matches!(accounts.add(&again, &by()).await, Err(Error::Taken(_))), "{name:?}");
        tokens(&accounts, name).await;
    }
}

#[tokio::test]
async fn an_unknown_name_costs_the_same_and_is_told_the_same() {
    let (_, accounts) = house(AccountSettings::default()).await;
    accounts.add(&NewAccount { name: "new", password: None, role: Role::Public }, &by()).await.unwrap();
    let mut told = BTreeSet::new();
    for name in ["ana", "nobody", "new", "no name at all!", ""] {
        let before = accounts.verified();
        let answer = accounts.sign_in(name, "not the password", SessionKind::Tokens, None, &here()).await;
        let Err(Error::Unauthenticated(words)) = answer else { panic!("{name:?}: {answer:?}") };
        told.insert(words);
        assert_eq!(accounts.verified(), before + 1, "{name:?}: one hash is verified, whoever it is");
    }
    assert_eq!(told.len(), 1, "{told:?}");
    // Not even what is verified for nobody opens anything.
    assert!(is_unauthenticated(
        accounts.sign_in("nobody", "nobody's password", SessionKind::Tokens, None, &here()).await
    ));
}

#[tokio::test]
async fn guessing_is_stopped_and_the_person_still_gets_in() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let elsewhere = Origin::of(Some(IpAddr::from([198, 51, 100, 7])));
    let guess = async |name: &'static str, from: &Origin| {
        accounts.sign_in(name, "a guess, a guess", SessionKind::Tokens, None, from).await
    };
    for name in ["bob", "nobody"] {
        for n in 0..10 {
            assert!(is_unauthenticated(guess(name, &elsewhere).await), "{name} {n}");
        }
        let before = accounts.verified();
        for _ in 0..50 {
            let stopped = guess(name, &elsewhere).await;
            assert!(matches!(stopped, Err(Error::Limited { seconds: 1..=1800, .. })), "{name}: {stopped:?}");
        }
        assert_eq!(accounts.verified(), before, "nothing is verified for it any more");
    }
    // Whoever is right there, and here as ever.
    tokens(&accounts, "bob").await;
    assert!(matches!(
        accounts.sign_in("bob", PASSWORD, SessionKind::Tokens, None, &elsewhere).await,
        Err(Error::Limited { .. })
    ));
    // Asking while it is stopped does not make it last longer.
    world.clock.advance(SignedDuration::from_mins(31));
    assert!(accounts.sign_in("bob", PASSWORD, SessionKind::Tokens, None, &elsewhere).await.is_ok());
}

#[tokio::test]
async fn many_names_from_one_address_are_stopped_too() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let mut stopped = 0;
    for n in 0..150 {
        let answer =
            accounts.sign_in(&format!("name{n}"), "a guess, a guess", SessionKind::Tokens, None, &here()).await;
        stopped += usize::from(matches!(answer, Err(Error::Limited { .. })));
    }
    assert_eq!(stopped, 50);
}

#[tokio::test]
async fn what_succeeds_is_not_held_against_anybody() {
    let (_, accounts) = house(AccountSettings::default()).await;
    for _ in 0..40 {
        tokens(&accounts, "bob").await;
    }
}

#[tokio::test]
async fn guesses_at_the_same_time_are_counted_before_they_are_verified() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let before = accounts.verified();
    let guesses = (0..60).map(|_| {
        let accounts = accounts.clone();
        tokio::spawn(
            async move { accounts.sign_in("bob", "a guess, a guess", SessionKind::Tokens, None, &here()).await },
        )
    });
    for guess in guesses.collect::<Vec<_>>() {
        assert!(guess.await.unwrap().is_err());
    }
    assert_eq!(accounts.verified() - before, 10);
}

#[tokio::test]
async fn a_refresh_token_is_good_for_one_more() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let first = tokens(&accounts, "bob").await;
    assert_eq!((first.expires_in, first.refresh_expires_in), (900, 30 * 24 * 3600));
    world.clock.advance(SignedDuration::from_mins(16));
    assert!(is_unauthenticated(bearer(&accounts, &first.access_token).await), "it has run out");
    let second = accounts.refresh(&first.refresh_token, &here()).await.unwrap();
    assert_ne!(second.refresh_token, first.refresh_token);
    assert_eq!(bearer(&accounts, &second.access_token).await.unwrap().name.as_deref(), Some("bob"));
    world.clock.advance(SignedDuration::from_hours(24 * 30));
    assert!(is_unauthenticated(accounts.refresh(&second.refresh_token, &here()).await), "nobody used it");
}

#[tokio::test]
async fn a_replayed_refresh_token_ends_the_whole_session_and_no_other() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let (stolen, other) = (tokens(&accounts, "bob").await, tokens(&accounts, "bob").await);
    let thiefs = accounts.refresh(&stolen.refresh_token, &here()).await.unwrap();
    let thiefs = accounts.refresh(&thiefs.refresh_token, &here()).await.unwrap();
    assert!(bearer(&accounts, &thiefs.access_token).await.is_ok());

    assert!(is_unauthenticated(accounts.refresh(&stolen.refresh_token, &here()).await), "it was spent");
    assert!(is_unauthenticated(bearer(&accounts, &thiefs.access_token).await), "what came of it ends with it");
    assert!(is_unauthenticated(accounts.refresh(&thiefs.refresh_token, &here()).await));
    assert!(bearer(&accounts, &other.access_token).await.is_ok(), "another session goes on");
    assert!(accounts.refresh(&other.refresh_token, &here()).await.is_ok());
}

#[tokio::test]
async fn a_made_up_refresh_token_ends_nobodys_session() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let theirs = tokens(&accounts, "bob").await;
    let (known, secret) = theirs.refresh_token.rsplit_once('.').unwrap();
    // Whose and which stands readable in every access token.
    let other = tokens(&accounts, "bob").await;
    let others = other.refresh_token.rsplit_once('.').unwrap().1;
    for made_up in [&"A".repeat(43), &secret[..42], &format!("{secret}A"), others, ""] {
        let answer = accounts.refresh(&format!("{known}.{made_up}"), &here()).await;
        assert!(is_unauthenticated(answer), "{made_up:?}");
    }
    assert!(bearer(&accounts, &theirs.access_token).await.is_ok());
    assert!(accounts.refresh(&theirs.refresh_token, &here()).await.is_ok());
}

#[tokio::test]
async fn one_refresh_token_used_twice_at_once_never_makes_two() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let first = tokens(&accounts, "bob").await;
    let refresh = || {
        let (accounts, token) = (accounts.clone(), first.refresh_token.clone());
        tokio::spawn(async move { accounts.refresh(&token, &here()).await })
    };
    let (one, other) = (refresh(), refresh());
    let (one, other) = (one.await.unwrap(), other.await.unwrap());
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let won = one.or(other).unwrap();
    assert!(is_unauthenticated(accounts.refresh(&won.refresh_token, &here()).await), "the session has ended");
}

#[tokio::test]
async fn tokens_do_not_stand_in_for_each_other() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let tokens = tokens(&accounts, "ana").await;
    let Ok(SignedIn::Page(cookie, _)) = accounts.sign_in("ana", PASSWORD, SessionKind::Page, None, &here()).await
    else {
        panic!("a cookie was asked for");
    };
    let link = accounts.reset_link("bob", &by()).await.unwrap().token;
    let (key, _) = accounts.add_key_for("ana", key(&[Scope::All], Reach::Any), &by()).await.unwrap();
    for wrong in [&tokens.refresh_token, &cookie, &link, "", "x", "phk_local.x.y", "phk_nobody.x.y"] {
        assert!(is_unauthenticated(bearer(&accounts, wrong).await), "{wrong}");
    }
    for wrong in [&tokens.access_token, &cookie, &link, &key, ""] {
        assert!(is_unauthenticated(accounts.refresh(wrong, &here()).await), "{wrong}");
    }
    for wrong in [&tokens.access_token, &tokens.refresh_token, &link, &key, ""] {
        assert!(is_unauthenticated(accounts.identify(Credential::Cookie(wrong)).await), "{wrong}");
    }
    // A page's secret under a refresh token's prefix is none either.
    assert!(is_unauthenticated(accounts.refresh(&cookie.replace("phs_", "phr_"), &here()).await));
    assert!(bearer(&accounts, &tokens.access_token).await.is_ok());
    assert!(accounts.identify(Credential::Cookie(&cookie)).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_guessed_opens_nothing_and_keeps_nobody_out() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let (good, view) = accounts.add_key_for("bob", key(&[Scope::Chat], Reach::Any), &by()).await.unwrap();
    assert!(good.starts_with(&view.prefix));
    for n in 0..80 {
        assert!(is_unauthenticated(bearer(&accounts, &format!("{}{n}", view.prefix)).await), "{n}");
    }
    for place in view.prefix.len()..good.len() {
        let mut near = good.clone().into_bytes();
        near[place] = if near[place] == b'A' { b'B' } else { b'A' };
        assert!(is_unauthenticated(bearer(&accounts, &String::from_utf8(near).unwrap()).await), "{place}");
    }
    assert!(bearer(&accounts, &good).await.is_ok(), "whoever has a good one is not kept out by others");
}

fn key(scopes: &[Scope], reach: Reach) -> NewKey {
    NewKey { label: "a test".into(), scopes: scopes.iter().copied().collect(), reach, days: None }
}

#[tokio::test]
async fn a_key_opens_what_it_is_for_until_it_is_revoked_or_ends() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let new = key(&[Scope::Memories], Reach::One("kid".into()));
    let (secret, view) = accounts.add_key_for("bob", new, &by()).await.unwrap();
    let identity = bearer(&accounts, &secret).await.unwrap();
    assert!(identity.may(Scope::Memories) && !identity.may(Scope::Chat) && !identity.may(Scope::All));
    assert_eq!(identity.subject(None).unwrap(), "kid");
    assert!(matches!(world.philia.person_of(&identity, Some("me")).await, Err(Error::Forbidden(_))));
    assert_ne!(identity.account, "local");

    accounts.revoke_key_of("bob", &view.id, &by()).await.unwrap();
    assert!(is_unauthenticated(bearer(&accounts, &secret).await));
    assert!(matches!(accounts.revoke_key_of("bob", &view.id, &by()).await, Err(Error::NotFound { .. })));

    let new = NewKey { days: Some(1), ..key(&[Scope::All], Reach::Own) };
    let (secret, _) = accounts.add_key_for("bob", new.clone(), &by()).await.unwrap();
    assert!(bearer(&accounts, &secret).await.is_ok());
    world.clock.advance(SignedDuration::from_hours(24));
    assert!(is_unauthenticated(bearer(&accounts, &secret).await));

    let wrong =
        NewKey { label: String::new(), scopes: BTreeSet::new(), reach: Reach::One("a/b".into()), days: Some(0) };
    let Err(Error::Invalid(words)) = accounts.add_key_for("bob", wrong, &by()).await else { panic!("it is refused") };
    for named in ["label", "scopes", "subject", "days"] {
        assert!(words.contains(named), "{words}");
    }
    let admins = key(&[Scope::Admin], Reach::Own);
    assert!(matches!(accounts.add_key_for("bob", admins, &by()).await, Err(Error::Forbidden(_))));
}

#[tokio::test]
async fn a_key_for_one_person_opens_no_account_and_no_house() {
    let (world, accounts) = house(AccountSettings::default()).await;
    for name in ["ana", "bob"] {
        let new = key(&[Scope::All], Reach::One("kid".into()));
        let (secret, _) = accounts.add_key_for(name, new, &by()).await.unwrap();
        let kids = bearer(&accounts, &secret).await.unwrap();
        assert!(kids.may(Scope::All) && kids.may(Scope::Memories) && !kids.may(Scope::Admin), "{name}");
        assert!(world.philia.person_of(&kids, Some("kid")).await.is_ok());
        let forbidden = [
            accounts.add_key(&kids, key(&[Scope::All], Reach::Any)).await.map(drop),
            accounts.keys(&kids).await.map(drop),
            accounts.revoke_key(&kids, "x").await,
            accounts.sessions(&kids).await.map(drop),
            accounts.end_sessions(&kids, false).await.map(drop),
            accounts.change_password(&kids, PASSWORD, "something else", &here()).await,
        ];
        for answer in forbidden {
            assert!(matches!(answer, Err(Error::Forbidden(_))), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn nobody_is_called_like_an_accounts_id() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let bob = accounts.show("bob").await.unwrap().id;
    for name in ["local", "LOCAL", &bob] {
        assert!(matches!(accounts.register(name, PASSWORD, &here()).await, Err(Error::Refused(_))), "{name}");
        let new = NewAccount { name, password: None, role: Role::Public };
        assert!(matches!(accounts.add(&new, &by()).await, Err(Error::Refused(_))), "{name}");
    }
    assert_eq!(accounts.show("local").await.unwrap().name, "ana");
    assert_eq!(accounts.show(&bob).await.unwrap().name, "bob");
}

#[tokio::test]
async fn sessions_are_seen_and_ended() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let (one, other) = (tokens(&accounts, "bob").await, tokens(&accounts, "bob").await);
    let identity = bearer(&accounts, &one.access_token).await.unwrap();
    let sessions = accounts.sessions(&identity).await.unwrap();
    assert_eq!(sessions.iter().map(|session| session.current).collect::<Vec<_>>(), [false, true]);
    assert_eq!(sessions[0].client.as_deref(), Some("a test"));
    accounts.end_session(&identity, &sessions[0].id).await.unwrap();
    assert!(is_unauthenticated(bearer(&accounts, &other.access_token).await), "at once");
    assert!(is_unauthenticated(accounts.refresh(&other.refresh_token, &here()).await));
    accounts.sign_out(&identity).await.unwrap();
    assert!(is_unauthenticated(bearer(&accounts, &one.access_token).await));
    // Nobody ends another's.
    let anas = tokens(&accounts, "ana").await;
    let ana = bearer(&accounts, &anas.access_token).await.unwrap();
    let Way::Session(id) = &ana.way else { panic!() };
    assert!(matches!(accounts.end_session(&identity, id).await, Err(Error::NotFound { .. })));
    assert!(bearer(&accounts, &anas.access_token).await.is_ok());
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_by_a_link_once() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let (mine, other) = (tokens(&accounts, "bob").await, tokens(&accounts, "bob").await);
    let identity = bearer(&accounts, &mine.access_token).await.unwrap();
    let change = async |old: &str, new: &str| accounts.change_password(&identity, old, new, &here()).await;
    assert!(is_unauthenticated(change("wrong wrong", "another one").await));
    assert!(matches!(change(PASSWORD, "short").await, Err(Error::Invalid(_))));
    change(PASSWORD, "another one").await.unwrap();
    assert!(bearer(&accounts, &mine.access_token).await.is_ok(), "who changed it stays");
    assert!(is_unauthenticated(bearer(&accounts, &other.access_token).await), "everybody else goes");
    assert!(is_unauthenticated(accounts.sign_in("bob", PASSWORD, SessionKind::Page, None, &here()).await));

    let former = accounts.reset_link("bob", &by()).await.unwrap().token;
    let link = accounts.reset_link("bob", &by()).await.unwrap().token;
    assert!(is_unauthenticated(accounts.reset_password(&former, PASSWORD, &here()).await));
    assert!(matches!(accounts.reset_password(&link, "short", &here()).await, Err(Error::Invalid(_))));
    accounts.reset_password(&link, PASSWORD, &here()).await.unwrap();
    assert!(is_unauthenticated(accounts.reset_password(&link, PASSWORD, &here()).await), "once");
    assert!(is_unauthenticated(bearer(&accounts, &mine.access_token).await), "every session ends");
    tokens(&accounts, "bob").await;

    let late = accounts.reset_link("bob", &by()).await.unwrap();
    world.clock.advance(late.expires_at.duration_since(world.philia.now()));
    assert!(is_unauthenticated(accounts.reset_password(&late.token, PASSWORD, &here()).await));
}

#[tokio::test]
async fn newcomers_wait_for_an_admin_and_learn_nothing_of_others() {
    let (_, accounts) = house(AccountSettings::default()).await;
    assert_eq!(accounts.register("carla", PASSWORD, &here()).await.unwrap(), Standing::Pending);
    assert_eq!(accounts.register("Ana", PASSWORD, &here()).await.unwrap(), Standing::Pending, "taken, and not told");
    tokens(&accounts, "ana").await;
    // Whoever registered sees no difference between a name that was free and one that was taken, however often they try.
    let mut told = Vec::new();
    for (name, password) in [("carla", PASSWORD), ("carla", "wrong wrong"), ("ana", "wrong wrong")] {
        for _ in 0..3 {
            let early = accounts.sign_in(name, password, SessionKind::Tokens, None, &here()).await;
            told.push(early.unwrap_err().to_string());
        }
    }
    assert!(told.iter().all(|words| *words == told[0]) && told[0].contains("no admin has let"), "{told:?}");
    accounts.approve("carla", &by()).await.unwrap();
    accounts.approve("carla", &by()).await.unwrap();
    accounts.set_standing("carla", Standing::Suspended, &by()).await.unwrap();
    assert!(matches!(accounts.approve("carla", &by()).await, Err(Error::Refused(_))), "it was stopped");
    accounts.set_standing("carla", Standing::Active, &by()).await.unwrap();
    let identity = bearer(&accounts, &tokens(&accounts, "carla").await.access_token).await.unwrap();
    assert_eq!((identity.role, &identity.reach), (Role::Public, &Reach::Own));

    for (registration, standing) in [(Registration::Open, Some(Standing::Active)), (Registration::Closed, None)] {
        let (_, accounts) = house(AccountSettings { registration, ..AccountSettings::default() }).await;
        let asked = accounts.register("carla", PASSWORD, &here()).await;
        assert_eq!(asked.as_ref().ok(), standing.as_ref(), "{asked:?}");
    }
    let empty = World::housed(AccountSettings::default()).philia.accounts();
    assert!(matches!(empty.register("carla", PASSWORD, &here()).await, Err(Error::Forbidden(_))), "no admin yet");
}

#[tokio::test]
async fn the_set_up_link_makes_one_admin() {
    let accounts = World::housed(AccountSettings::default()).philia.accounts();
    let token = accounts.setup_token();
    assert!(is_unauthenticated(accounts.set_up(&format!("{token}x"), "ana", PASSWORD, &here()).await));
    assert!(matches!(accounts.set_up(&token, "ana", "short", &here()).await, Err(Error::Invalid(_))));
    assert_eq!(accounts.set_up(&token, "ana", PASSWORD, &here()).await.unwrap().role, Role::Admin);
    assert!(is_unauthenticated(accounts.set_up(&token, "eve", PASSWORD, &here()).await));
}

#[tokio::test]
async fn the_suspended_are_answered_in_need_and_the_closed_do_not_come_in() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let signed = tokens(&accounts, "bob").await;
    accounts.set_standing("bob", Standing::Suspended, &by()).await.unwrap();
    let identity = bearer(&accounts, &signed.access_token).await.unwrap();
    let bob = world.philia.person_of(&identity, None).await.unwrap();
    let said = bob.ask(Incoming::new("test", "Hello there.")).await;
    assert!(matches!(said, Err(Error::Suspended)), "{said:?}");
    assert!(bob.history(None, 10, None).await.unwrap().items.is_empty(), "it was not heard");
    let cared = bob.ask(Incoming::new("test", "I want to kill myself.")).await.unwrap();
    assert_eq!(cared.model, "care");

    accounts.set_standing("bob", Standing::Active, &by()).await.unwrap();
    assert!(bearer(&accounts, &signed.access_token).await.is_ok());
    accounts.set_standing("bob", Standing::Deactivated, &by()).await.unwrap();
    assert!(is_unauthenticated(bearer(&accounts, &signed.access_token).await));
    assert!(is_unauthenticated(accounts.refresh(&signed.refresh_token, &here()).await));
    let closed = accounts.sign_in("bob", PASSWORD, SessionKind::Tokens, None, &here()).await;
    assert!(matches!(closed, Err(Error::Forbidden(_))));
}

#[tokio::test]
async fn there_is_always_an_admin() {
    let (_, accounts) = house(AccountSettings::default()).await;
    assert!(matches!(accounts.set_standing("ana", Standing::Suspended, &by()).await, Err(Error::Forbidden(_))));
    assert!(matches!(accounts.set_role("ana", Role::Public, &by()).await, Err(Error::Forbidden(_))));
    assert!(matches!(accounts.erase("ana", &by()).await, Err(Error::Forbidden(_))));
    accounts.set_role("bob", Role::Admin, &by()).await.unwrap();
    assert_eq!(accounts.set_role("ana", Role::Public, &by()).await.unwrap().role, Role::Public);
}

#[tokio::test]
async fn messages_are_limited_and_care_is_not() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let identity = bearer(&accounts, &tokens(&accounts, "bob").await.access_token).await.unwrap();
    let bob = world.philia.person_of(&identity, None).await.unwrap();
    let say = async || bob.ask(Incoming::new("test", "I like pears.")).await;
    for n in 0..5 {
        assert_eq!(world.philia.messages_left(&identity).await.unwrap().remaining, 5 - n);
        say().await.unwrap();
    }
    let full = say().await;
    assert!(matches!(full, Err(Error::Limited { seconds: 1..=60, .. })), "{full:?}");
    assert_eq!(world.philia.messages_left(&identity).await.unwrap().remaining, 0);
    for _ in 0..20 {
        let cared = bob.ask(Incoming::new("test", "I want to kill myself.")).await.unwrap();
        assert_eq!(cared.model, "care");
    }
    // The hour's limit holds as well: whoever never rests gets a hundred and no more.
    let mut answered = 5;
    for _ in 0..(50 * 60 / 5) {
        world.clock.advance(SignedDuration::from_secs(5));
        answered += usize::from(say().await.is_ok());
    }
    assert_eq!(answered, 100);

    // An admin has none, and what an account has of its own goes before its role's.
    let ana = bearer(&accounts, &tokens(&accounts, "ana").await.access_token).await.unwrap();
    assert_eq!(ana.rates, Rates::unlimited());
    let own = OwnLimits { per_minute: Some(2), per_hour: Some(0), ..OwnLimits::default() };
    let limits = accounts.set_limits("bob", own, &by(), |_| true).await.unwrap().limits;
    assert_eq!((limits.per_minute, limits.per_hour, limits.burst), (2, 0, 5));
    let much = OwnLimits { burst: Some(u32::MAX), ..own };
    assert!(matches!(accounts.set_limits("bob", much, &by(), |_| true).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_limit_frees_up_when_it_said_it_would() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let identity = bearer(&accounts, &tokens(&accounts, "bob").await.access_token).await.unwrap();
    let bob = world.philia.person_of(&identity, None).await.unwrap();
    for pause in [0, 3, 7, 11, 29] {
        world.clock.advance(SignedDuration::from_secs(pause));
        loop {
            match bob.ask(Incoming::new("test", "I like pears.")).await {
                Ok(_) => world.clock.advance(SignedDuration::from_millis(700)),
                Err(Error::Limited { seconds, .. }) => {
                    world.clock.advance(SignedDuration::from_secs(seconds.cast_signed()));
                    break;
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert!(bob.ask(Incoming::new("test", "I like pears.")).await.is_ok(), "after {pause} s");
    }
}

#[tokio::test]
async fn running_requests_are_limited_for_each_account() {
    let public = Rates { concurrent: 2, ..Rates::default() };
    let (world, accounts) = house(AccountSettings { public, ..AccountSettings::default() }).await;
    let identity = bearer(&accounts, &tokens(&accounts, "bob").await.access_token).await.unwrap();
    let one = world.philia.begin_request(&identity).unwrap();
    let _two = world.philia.begin_request(&identity).unwrap();
    assert!(matches!(world.philia.begin_request(&identity), Err(Error::Limited { seconds: 1, .. })));
    drop(one);
    assert!(world.philia.begin_request(&identity).is_ok());
}

#[tokio::test]
async fn an_erased_account_leaves_nothing_and_others_everything() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let signed = tokens(&accounts, "bob").await;
    let identity = bearer(&accounts, &signed.access_token).await.unwrap();
    let bob = world.philia.person_of(&identity, None).await.unwrap();
    world.say(&bob, "My sister is called Petronella.").await;
    let ana = world.philia.person("local", "me").await.unwrap();
    world.say(&ana, "My sister is called Ottilie.").await;

    assert_eq!(accounts.erase("bob", &by()).await.unwrap(), 1);
    assert!(is_unauthenticated(bearer(&accounts, &signed.access_token).await));
    assert!(is_unauthenticated(accounts.sign_in("bob", PASSWORD, SessionKind::Page, None, &here()).await));
    assert!(matches!(accounts.show("bob").await, Err(Error::NotFound { .. })));
    assert_eq!(accounts.people_of(&identity.account).await.unwrap(), []);
    let asked = bob.ask(Incoming::new("test", "Am I still here?")).await;
    assert!(matches!(asked, Err(Error::Unauthenticated(_))), "{:?}", asked.err());
    assert_eq!(ana.history(None, 10, None).await.unwrap().items.len(), 1);
    // The name is free again, and what the log tells of it does not name it.
    let log = accounts.audit(50, None).await.unwrap();
    assert_eq!(log.items[0].action, "account.erase");
    assert!(!format!("{log:?}").contains("bob"), "{log:?}");
    accounts.add(&NewAccount { name: "bob", password: None, role: Role::Public }, &by()).await.unwrap();
}

#[tokio::test]
async fn nothing_that_opens_anything_is_kept() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let signed = tokens(&accounts, "bob").await;
    let Ok(SignedIn::Page(cookie, _)) = accounts.sign_in("bob", PASSWORD, SessionKind::Page, None, &here()).await
    else {
        panic!();
    };
    let (key, _) = accounts.add_key_for("bob", key(&[Scope::All], Reach::Any), &by()).await.unwrap();
    let link = accounts.reset_link("bob", &by()).await.unwrap().token;
    let system = world.store.open(&PartitionId::system()).await.unwrap();
    let mut all = String::new();
    for kind in [Kind::Account, Kind::Identity, Kind::Audit] {
        all += &format!("{:?}", world.store.scan(&system, &Scan::of(kind)).await.unwrap().items);
    }
    assert!(all.contains("argon2id"));
    assert!(!all.contains(PASSWORD));
    for token in [&signed.refresh_token, &cookie, &key, &link] {
        let secret = token.rsplit('.').next().unwrap();
        assert!(secret.len() >= 43 && !all.contains(secret), "{token}");
    }
}

#[tokio::test]
async fn what_admins_do_is_written_down() {
    let (_, accounts) = house(AccountSettings::default()).await;
    let id = accounts.show("bob").await.unwrap().id;
    accounts.set_standing("bob", Standing::Suspended, &by()).await.unwrap();
    accounts.set_standing(&id, Standing::Active, &by()).await.unwrap();
    accounts.set_limits("bob", OwnLimits { burst: Some(1), ..OwnLimits::default() }, &by(), |_| true).await.unwrap();
    accounts.reset_link("bob", &by()).await.unwrap();
    accounts.sign_out_of("bob", &by()).await.unwrap();
    let first = accounts.audit(3, None).await.unwrap();
    let rest = accounts.audit(50, first.next.clone()).await.unwrap();
    let actions: Vec<String> = first.items.into_iter().chain(rest.items).map(|entry| entry.action).collect();
    assert_eq!(
        actions,
        [
            "account.sign-out",
            "account.reset-link",
            "account.limits",
            "account.reactivate",
            "account.suspend",
            "account.add",
            "account.add"
        ]
    );
}

#[tokio::test]
async fn tokens_outlive_a_change_of_the_key_that_signs() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let before = tokens(&accounts, "bob").await;
    accounts.rotate_signing_key(&by()).await.unwrap();
    let after = tokens(&accounts, "bob").await;
    let kid = |token: &str| token.split('.').next().unwrap().to_owned();
    assert_ne!(kid(&before.access_token), kid(&after.access_token));
    assert!(bearer(&accounts, &before.access_token).await.is_ok());
    // A month later the key changes by itself.
    world.clock.advance(SignedDuration::from_hours(24 * 30));
    assert_ne!(kid(&tokens(&accounts, "bob").await.access_token), kid(&after.access_token));
}

#[tokio::test]
async fn who_came_in_lately_is_answered_while_the_store_fails_and_nobody_else() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let (ana, bob) = (tokens(&accounts, "ana").await.access_token, tokens(&accounts, "bob").await.access_token);
    bearer(&accounts, &ana).await.unwrap();
    // Bob's session is known here, and has ended: what was known of it before does not hold.
    let bobs = bearer(&accounts, &bob).await.unwrap();
    accounts.sign_out(&bobs).await.unwrap();

    let fresh = World::reopened(&world);
    world.store.fail_reads(usize::MAX);
    world.store.fail_commits(usize::MAX);
    assert!(accounts.are_asked(true).await.unwrap());
    let identity = bearer(&accounts, &ana).await.unwrap();
    let person = world.philia.person_of(&identity, None).await.unwrap();
    let reply = person.ask(Incoming::new("test", "I want to kill myself")).await.unwrap();
    assert_eq!((reply.model.as_str(), reply.saved), ("care", false));
    let reply = person.ask(Incoming::new("test", "Hello there")).await.unwrap();
    assert!(!reply.saved && reply.degraded.iter().any(|part| part == "store"), "{reply:?}");
    assert!(bearer(&accounts, &bob).await.is_err());
    assert!(bearer(&fresh.philia.accounts(), &ana).await.is_err(), "a program that never saw her");

    world.clock.advance(SignedDuration::from_mins(11));
    assert!(bearer(&accounts, &ana).await.is_err(), "that was not lately");
}

/// The account as an export has it.
async fn exported(person: &Person) -> Option<serde_json::Value> {
    let (mut bytes, mut pieces) = (Vec::new(), person.export_stream());
    while let Some(piece) = pieces.recv().await {
        bytes.extend(piece.unwrap());
    }
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let account = zip.by_name("account.json").ok()?;
    Some(serde_json::from_reader(account).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_tells_the_account_to_its_owner_and_nothing_of_what_opens_it() {
    let (world, accounts) = house(AccountSettings::default()).await;
    let token = tokens(&accounts, "bob").await;
    let bob = bearer(&accounts, &token.access_token).await.unwrap();
    let new = |reach| NewKey { label: "my script".into(), scopes: [Scope::All].into(), reach, days: None };
    let (key, _) = accounts.add_key(&bob, new(Reach::Any)).await.unwrap();
    let (of_one, _) = accounts.add_key(&bob, new(Reach::One("me".into()))).await.unwrap();
    let of_one = bearer(&accounts, &of_one).await.unwrap();

    let told = exported(&world.philia.person_of(&bob, None).await.unwrap()).await.unwrap();
    assert_eq!((&told["account"]["name"], &told["account"]["role"]), (&"bob".into(), &"public".into()), "{told}");
    assert!(told["account"]["limits"].is_object() && told["account"]["standing"] == "active", "{told}");
    assert_eq!(told["sessions"][0]["client"], "a test");
    assert_eq!(told["keys"][0]["label"], "my script");
    let text = told.to_string();
    assert!(!text.contains("hash") && !text.contains(&key) && !text.contains("argon2"), "{text}");
    // It is the owner's, not that of others it speaks for, nor of a key for one person.
    let by_key = bearer(&accounts, &key).await.unwrap();
    assert_eq!(exported(&world.philia.person_of(&by_key, Some("guest")).await.unwrap()).await, None);
    assert_eq!(exported(&world.philia.person_of(&of_one, None).await.unwrap()).await, None);
}
