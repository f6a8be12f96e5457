use crate::{boards::caller::Caller, error::Problem, state::Keyring};
use app::error::AppError;
use axum::{
    extract::{FromRef, FromRequestParts},
    http::{header, request::Parts},
};

/// An operator: whoever is none is refused before anything else of the request is looked at.
pub struct Operator(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Operator
where
    Keyring: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.must_be_admin()?;
        Ok(Self(caller))
    }
}

/// Who asks, by the `Authorization` header: nobody known without one; a wrong key is refused rather than ignored.
impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Keyring: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Some(header) = parts.headers.get(header::AUTHORIZATION) else { return Ok(Self::Anonymous) };
        let key = header.to_str().ok().and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Keyring(admin) = Keyring::from_ref(state);
        match (key, admin) {
            (Some((_, key)), Some(admin)) if admin.is(key.trim()) => Ok(Self::Admin),
            _ => Err(AppError::Unauthorized {
                message: "The key in the Authorization header is not valid: send Bearer <the admin key>, or no such header.".to_owned(),
            }
            .into()),
        }
    }
}
