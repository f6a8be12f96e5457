//! What counts as one address.

use std::net::{IpAddr, Ipv6Addr};

/// What counts as one: an IPv4 address, or an IPv6 network of 64 bits, which is what one customer is given at least.
pub fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}
