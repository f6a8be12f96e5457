//! The first operator: made with a one-time token that only whoever can read the server's log has.

use super::{
    Auth, hash,
    operators::{OperatorInfo, checked_name},
    secret,
    sessions::{OF_OPERATORS, Origin},
};
use crate::{
    boards::from_store,
    limits::block,
    valkey::{StoreError, functions::auth::Records},
};
use app::{error::AppError, i18n::t, model::Role};
use subtle::ConstantTimeEq;
use tracing::info;

impl Auth {
    /// Where there are no operators yet, says in the log how to make the first.
    pub async fn offer_setup(&self) -> Result<(), StoreError> {
        if self.store.count_records(Records::Operators).await? > 0 {
            return Ok(());
        }
        let token = secret();
        *self.offered() = Some(hash(&token));
        info!("there are no operators yet; the first is made at /admin/setup with this token, once: {token}");
        Ok(())
    }

    /// Makes the first operator, an owner, and signs them in; the session's token.
    pub async fn set_up(&self, token: &str, name: &str, password: String, origin: &Origin) -> Result<(OperatorInfo, String), AppError> {
        let refused = || AppError::Unauthorized { message: t::problem::SETUP_TOKEN.into() };
        self.count_try(&format!("setup:{}", block(origin.address))).await?;
        let given = hash(token);
        let is_right = self.offered().as_ref().is_some_and(|offered| bool::from(offered.as_bytes().ct_eq(given.as_bytes())));
        if !is_right || self.store.count_records(Records::Operators).await.map_err(from_store)? > 0 {
            return Err(refused());
        }
        let name = checked_name(name)?;
        // As many as one: of two that are sent at the same time, one makes the owner.
        let operator = self.add_operator(&name, Role::Owner, password, "setup", 1).await?;
        *self.offered() = None;
        Ok((operator.shown(&name), self.open_session(&OF_OPERATORS, &name, &operator.generation, origin).await?))
    }
}
