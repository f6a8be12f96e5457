use crate::{
    auth::passkeys,
    state::{PublicUrl, TrustedProxies},
};
use app::{error::AppError, paths::Site};
use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts, uri::Authority},
};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Once,
};
use tracing::warn;

/// The header by which proxies say whom they speak for.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// It is told once that somebody is not believed: anybody can write the header.
static NOT_BELIEVED: Once = Once::new();

/// Where a request comes from: the other end of the connection, or whom the proxy there speaks for, if it is one that is trusted.
pub struct ClientAddress(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress
where
    TrustedProxies: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let peer = peer(parts).unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let trusted = TrustedProxies::from_ref(state);
        if parts.headers.contains_key(FORWARDED_FOR) && !trusted.include(peer) {
            NOT_BELIEVED.call_once(|| {
                warn!(%peer, "X-Forwarded-For is not believed from there: if this is your proxy, name it by --trusted-proxy; until then all who come by it are one address, and share its tries to sign in");
            });
        }
        Ok(Self(client(peer, &parts.headers, &trusted)))
    }
}

/// Whether a request came by TLS.
pub struct Secure(pub bool);

impl<S: Send + Sync> FromRequestParts<S> for Secure
where
    TrustedProxies: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(TrustedProxies::from_ref(state).is_secure(peer(parts), &parts.headers)))
    }
}

/// The site that a request is sent to, as passkeys know it, or why they know none.
pub struct Asked(pub Result<passkeys::Site, AppError>);

impl<S: Send + Sync> FromRequestParts<S> for Asked
where
    TrustedProxies: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let Secure(is_secure) = Secure::from_request_parts(parts, state).await?;
        Ok(Self(passkeys::Site::of(parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()), is_secure)))
    }
}

/// Where the site is: as its operators say, or else as whoever asks calls it, which is said to nobody but them.
pub fn site(parts: &Parts, public: &PublicUrl, proxies: &TrustedProxies) -> Option<Site> {
    if let PublicUrl(Some(origin)) = public {
        return Some(Site { origin: origin.clone(), is_public: true });
    }
    let host: Authority = parts.headers.get(header::HOST)?.to_str().ok()?.parse().ok()?;
    let scheme = if proxies.is_secure(peer(parts), &parts.headers) { "https" } else { "http" };
    Some(Site { origin: format!("{scheme}://{host}"), is_public: false })
}

/// The other end of the connection.
fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

/// Whoever a trusted proxy speaks for, but does not say so that it can be read: nobody's address, and so neither the proxy's nor one that is not limited.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// The last address in the chain that no trusted proxy has. Whatever stands before it anybody can have written, be it no text.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let chain: Vec<&[u8]> = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).collect();
    let mut client = peer;
    for said in chain.into_iter().rev() {
        if !trusted.include(client) {
            break;
        }
        let Some(before) = address(said) else { return UNKNOWN };
        client = before;
    }
    client
}

/// An address as proxies write it: alone, or with the port of the connection.
fn address(said: &[u8]) -> Option<IpAddr> {
    let said = std::str::from_utf8(said).ok()?.trim();
    let with_port = || said.parse().ok().map(|socket: SocketAddr| socket.ip());
    let in_brackets = || said.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    said.parse().ok().or_else(with_port).or_else(in_brackets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        let client_of = |peer: &str, forwarded: &[&'static [u8]]| {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap());
            }
            client(peer.parse().unwrap(), &headers, &trusted).to_string()
        };
        assert_eq!(client_of("192.0.2.1", &[b"198.51.100.7"]), "192.0.2.1", "anybody can write the header");
        assert_eq!(client_of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client_of("10.0.0.1", &[b"198.51.100.7"]), "198.51.100.7");
        assert_eq!(client_of("::1", &[b"203.0.113.9, 198.51.100.7", b"10.2.3.4"]), "198.51.100.7", "what stands before it is made up");
        assert_eq!(client_of("10.0.0.1", &[b"\xff\x80, 198.51.100.7"]), "198.51.100.7", "be it no text");
        for said in [&b"2001:db8::1"[..], b"[2001:db8::1]", b"[2001:db8::1]:443", b"10.2.3.4, [2001:db8::1]:443 , [::1]"] {
            assert_eq!(client_of("10.0.0.1", &[said]), "2001:db8::1");
        }
        assert_eq!(client_of("10.0.0.1", &[b"198.51.100.7:50000"]), "198.51.100.7");
        // Who can't be told is nobody known, and least of all the proxy.
        for said in
            [&b"198.51.100.7, nonsense"[..], b"\xff", b"unknown", b"", b"198.51.100.7,", b"[198.51.100.7]", b"198.51.100.7, \xff, 10.2.3.4"]
        {
            assert_eq!(client_of("10.0.0.1", &[said]), "0.0.0.0");
        }
    }
}
