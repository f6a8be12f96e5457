//! Where deliveries may go. Whoever sets up a webhook must not reach by it what only this server can reach: addresses are looked up here,
//! and the connection goes to one that was found good.

use app::{
    error::{AppError, Field},
    i18n::{Text, t},
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};
use tokio::net::lookup_host;

/// The longest address of a webhook, in bytes.
const MAX_URL: usize = 1024;

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

/// What is nobody's on the public internet (IANA's registry of special addresses), and what is everybody's at once.
const SPECIAL_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 31, 196, 0, 24),
    v4(192, 52, 193, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(192, 175, 48, 0, 24),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
];
/// Multicast, and what was never given out, with broadcast at its end.
const BEYOND_V4: Ipv4Net = v4(224, 0, 0, 0, 3);

const fn v6(segments: [u16; 3], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(segments[0], segments[1], segments[2], 0, 0, 0, 0, 0), prefix)
}

/// All public addresses of IPv6 are in here. Those that stand for IPv4 ones (mapped, NAT64) are not.
const PUBLIC_V6: Ipv6Net = v6([0x2000, 0, 0], 3);
/// And these of them are not public: protocols' own with Teredo's tunnels, documentation, 6to4's tunnels, documentation, segment routing.
const SPECIAL_V6: [Ipv6Net; 5] =
    [v6([0x2001, 0, 0], 23), v6([0x2001, 0xdb8, 0], 32), v6([0x2002, 0, 0], 16), v6([0x3fff, 0, 0], 20), v6([0x2620, 0x4f, 0x8000], 48)];

/// Which addresses besides public ones deliveries may go to.
#[derive(Clone, Debug, Default)]
pub struct Allowed(pub Vec<IpNet>);

impl Allowed {
    /// Whether an address is one of these.
    fn include(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Checks the address of a webhook as far as that goes without looking its name up.
    pub fn check(&self, text: &str) -> Result<Url, AppError> {
        let wrong = |message: Text| AppError::invalid(Field::Url, message);
        if text.len() > MAX_URL {
            return Err(wrong(t::problem::HOOK_URL_LONG));
        }
        let url = Url::parse(text).map_err(|_| wrong(t::problem::HOOK_URL))?;
        match url.scheme() {
            "https" => {}
            "http" if !self.0.is_empty() => {}
            _ => return Err(wrong(t::problem::HOOK_HTTPS)),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(t::problem::HOOK_USER));
        }
        if url.fragment().is_some() {
            return Err(wrong(t::problem::HOOK_FRAGMENT));
        }
        match host_address(&url) {
            Some(address) if !self.reach(&url).allows(address) => {
                let message = t::problem::HOOK_PRIVATE;
                Err(wrong(message))
            }
            _ => Ok(url),
        }
    }

    /// Which addresses a URL may lead to: without TLS, those of networks that are allowed alone.
    fn reach(&self, url: &Url) -> Reach {
        Reach { allowed: self.clone(), is_public: url.scheme() == "https" }
    }
}

/// The address that a URL has in place of a name, however it is written.
fn host_address(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Which addresses may be connected to; looks names up, and keeps what is not among these.
#[derive(Clone, Debug)]
pub struct Reach {
    /// These in any case.
    pub allowed: Allowed,
    /// All public ones.
    pub is_public: bool,
}

impl Reach {
    /// Whether an address may be connected to.
    fn allows(&self, address: IpAddr) -> bool {
        self.allowed.include(address) || self.is_public && is_public(address)
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("its name leads to no address that deliveries may go to")]
struct NoAddress;

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::new(self.clone());
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let good: Vec<SocketAddr> = found.filter(|found| reach.allows(found.ip())).collect();
            if good.is_empty() { Err(NoAddress.into()) } else { Ok(Box::new(good.into_iter()) as Addrs) }
        })
    }
}

/// Whether an address is somebody's on the public internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !BEYOND_V4.contains(&address) && SPECIAL_V4.iter().all(|network| !network.contains(&address)),
        IpAddr::V6(address) => PUBLIC_V6.contains(&address) && SPECIAL_V6.iter().all(|network| !network.contains(&address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_public_is_refused() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2620:4f:8000::1",
            "3fff::1",
            "4000::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "193.0.0.1", "223.255.255.254", "::ffff:8.8.8.8", "2606:4700::1"]
        {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_address_is_read_however_it_is_written() {
        let nothing = Allowed::default();
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1:8443/x",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://[fd00:ec2::254]/",
            "https://0/",
            "https://①②⑦.0.0.1/",
        ] {
            assert!(nothing.check(url).unwrap_err().to_string().contains("not public"), "{url}");
        }
        for url in [
            "http://hooks.example/",
            "ftp://hooks.example/",
            "file:///etc/passwd",
            "hooks.example",
            "https://",
            "https://a:b@hooks.example/",
            "https://a@hooks.example/",
            "https://hooks.example/#a",
        ] {
            assert!(nothing.check(url).is_err(), "{url}");
        }
        assert!(nothing.check(&format!("https://hooks.example/{}", "a".repeat(1024))).is_err());
        for url in ["https://hooks.example/a?b=c", "https://hooks.example:8443/", "https://8.8.8.8/"] {
            assert!(nothing.check(url).is_ok(), "{url}");
        }
        let internal = Allowed(vec!["10.0.0.0/8".parse().unwrap()]);
        for url in ["http://10.1.2.3:8080/", "https://10.1.2.3/", "http://[::ffff:a01:203]/", "http://hooks.internal/"] {
            assert!(internal.check(url).is_ok(), "{url}");
        }
        for url in ["http://127.0.0.1/", "https://192.168.0.1/", "http://8.8.8.8/"] {
            assert!(internal.check(url).is_err(), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_is_as_good_as_what_it_leads_to() {
        let resolve = async |allowed: &[&str], is_public| {
            let allowed = Allowed(allowed.iter().map(|network| network.parse().unwrap()).collect());
            Reach { allowed, is_public }.resolve("localhost".parse().unwrap()).await.map(|found| found.count())
        };
        assert!(resolve(&[], true).await.err().unwrap().to_string().contains("no address"));
        assert!(resolve(&["10.0.0.0/8"], true).await.is_err());
        assert!(resolve(&["127.0.0.0/8", "::1/128"], false).await.unwrap() > 0);
    }
}
