//! The forms of players who have an account: they begin, come back by a code, sign out, get another code, remove a passkey, and go.

use super::{
    address::Secure,
    caller::session_token,
    forms::{back, field, fields, look_of, typed},
    query::NoQuery,
    session::{Door, session_cookie},
};
use crate::{
    auth::{
        Auth,
        accounts::{AccountOpened, Accounts, Beginner},
        audit::Witness,
        sessions::OF_PLAYERS,
    },
    boards::caller::{Caller, Player},
    error::Problem,
    visit::Visit,
};
use app::{
    error::AppError,
    i18n::t,
    model::{Country, PlayerId, PlayerName},
    visitor::{self, gone, lasting, player_cookie, told_code},
};
use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};
use std::sync::Arc;

/// `POST /me/begin`: opens an account with the name in the form.
pub async fn begin(State(accounts): State<Arc<Accounts>>, door: Door, _: NoQuery, body: Bytes) -> Response {
    let fields = fields(&body);
    let (name, country) = (field(&fields, "name"), field(&fields, "country"));
    let open = async {
        let country = if country.is_empty() { None } else { Some(Country::parse(country)?) };
        let beginner = Beginner { name: PlayerName::parse(name)?, country, avatar: None, player: None };
        accounts.open(beginner, &door.origin).await
    };
    match open.await {
        Ok((opened, session)) => {
            let mut cookies = look_of(&fields, opened.account.country, door.is_secure);
            cookies.push(lasting(&player_cookie(Some(&opened.account.player_id)), door.is_secure));
            signed_in("/me?begun=yes", &opened, &session, &door, cookies)
        }
        Err(error) => back(&format!("/me?refused={}&{}", error.form_code(), typed(&[("name", name), ("country", country)])), []),
    }
}

/// `POST /me/recover`: signs a player in by the recovery code in the form.
pub async fn recover(State(accounts): State<Arc<Accounts>>, door: Door, _: NoQuery, body: Bytes) -> Response {
    // The code itself does not go into an address, where it would be kept.
    match accounts.recover(field(&fields(&body), "code"), &door.origin).await {
        Ok((opened, session)) => {
            let cookies = vec![lasting(&player_cookie(Some(&opened.account.player_id)), door.is_secure)];
            signed_in("/me?back=yes", &opened, &session, &door, cookies)
        }
        Err(error) => back(&format!("/me?unrecovered={}", error.form_code()), []),
    }
}

/// Sends a player who has signed in to the page that shows their new code once.
fn signed_in(path: &str, opened: &AccountOpened, session: &str, door: &Door, mut cookies: Vec<String>) -> Response {
    cookies.push(told_code(&opened.recovery_code, door.is_secure));
    cookies.push(session_cookie(&OF_PLAYERS, session, door.is_secure));
    back(path, cookies)
}

/// `POST /me/code`: a new recovery code.
pub async fn renew(visit: Visit, Secure(is_secure): Secure, _: NoQuery) -> Result<Response, Problem> {
    let me = must_play(&visit)?;
    match visit.accounts.new_code(&me).await {
        Ok(code) => Ok(back("/me?renewed=yes", [told_code(&code, is_secure)])),
        Err(AppError::Unauthorized { .. }) => Ok(stale()),
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/passkeys/remove`: removes one of the player's passkeys.
pub async fn remove_passkey(visit: Visit, _: NoQuery, body: Bytes) -> Result<Response, Problem> {
    let me = must_play(&visit)?;
    match visit.accounts.remove_passkey(&me, field(&fields(&body), "passkey")).await {
        // What is gone is gone.
        Ok(()) | Err(AppError::NotFound { .. }) => Ok(back("/me?unkeyed=yes", [])),
        Err(AppError::Unauthorized { .. }) => Ok(stale()),
        Err(error) => Err(error.into()),
    }
}

/// Sends a player who has signed in a while ago to where they sign in anew.
fn stale() -> Response {
    back("/me?stale=yes", [])
}

/// `POST /me/sign-out`: signs the player out, here or everywhere.
pub async fn leave(
    State(auth): State<Arc<Auth>>,
    visit: Visit,
    Secure(is_secure): Secure,
    headers: HeaderMap,
    _: NoQuery,
    body: Bytes,
) -> Result<Response, Problem> {
    let everywhere = field(&fields(&body), "everywhere") == "yes";
    if let (Some(me), Some(token)) = (visit.player()?, session_token(&headers, &OF_PLAYERS, &Secure(is_secure))) {
        auth.sign_player_out(&me, &token, everywhere).await?;
    }
    Ok(signed_out("/me?left=yes", is_secure))
}

/// `POST /me/delete`: removes the player from everywhere, and closes the account.
pub async fn retire(visit: Visit, Secure(is_secure): Secure, witness: Witness, _: NoQuery, body: Bytes) -> Result<Response, Problem> {
    if field(&fields(&body), "sure") != "yes" {
        return Ok(back("/me?unsure=yes", []));
    }
    let me = must_play(&visit)?;
    let left = visit.accounts.delete(&me).await?;
    witness.saw(&Caller::Player(me));
    witness.after(&left);
    Ok(signed_out("/me?gone=yes", is_secure))
}

/// Sends a player who has no session any more to a page, as nobody in particular.
fn signed_out(path: &str, is_secure: bool) -> Response {
    back(path, [session_cookie(&OF_PLAYERS, "", is_secure), gone(visitor::PLAYER, is_secure)])
}

fn must_play(visit: &Visit) -> Result<Arc<Player>, AppError> {
    let nobody = || AppError::Unauthorized { message: t::problem::SIGNED_OUT.into() };
    visit.player()?.ok_or_else(nobody)
}

/// The player of whom a form is, by what they say, unless that is somebody else's.
pub(super) async fn claimed(visit: &Visit, name: &str) -> Result<Option<PlayerId>, AppError> {
    if name.trim().is_empty() {
        return Ok(None);
    }
    let player = PlayerId::from_input(name)?;
    visit.boards.must_not_be_owned(&player).await?;
    Ok(Some(player))
}
