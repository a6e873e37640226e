//! Extractors of plain handlers, with our errors.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use huntaze_core::db::accounts::sessions::ActiveSession;
use huntaze_domain::{accounts::Role, client::ClientInfo, error::ErrorCode};
use serde::de::DeserializeOwned;

use super::context::client_of;
use crate::error::ApiError;

/// The session of the user who makes the request. 401 without one; `Option<Member>` for handlers that do without.
pub struct Member(pub ActiveSession);

impl<S: Sync> FromRequestParts<S> for Member {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().map(Self).ok_or_else(|| ErrorCode::Unauthenticated.into())
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Member {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ApiError> {
        Ok(parts.extensions.get().cloned().map(Self))
    }
}

/// The session of an admin. 401 without a session, 403 for other users.
pub struct Admin(pub ActiveSession);

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Member(session) = <Member as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        if session.user.role == Role::Admin { Ok(Self(session)) } else { Err(ErrorCode::Forbidden.into()) }
    }
}

/// Where the request comes from, for limits and the audit log.
pub struct Client(pub ClientInfo);

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(client_of(&parts.extensions, &parts.headers)))
    }
}

/// The query string. 400 `invalid_input` if it does not fit.
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|_| ErrorCode::InvalidInput.into())
    }
}
