//! Internet addresses and networks (RFC 4632, RFC 4291).

use std::net::{IpAddr, Ipv6Addr};

/// A network in CIDR notation; host bits are masked off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    V4 { bits: u32, mask: u32 },
    V6 { bits: u128, mask: u128 },
}

/// The first 96 bits of an IPv4-mapped IPv6 address.
const MAPPED_PREFIX: u32 = 96;

impl Network {
    /// Reads `address/prefix`, or a bare address as the network of that one host.
    pub(crate) fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(decimal(prefix)?)),
            None => (text, None),
        };
        match address.parse().ok()? {
            IpAddr::V4(address) => Network::v4(u32::from(address), prefix.unwrap_or(32)),
            IpAddr::V6(address) => {
                let prefix = prefix.unwrap_or(128);
                match address.to_ipv4_mapped() {
                    Some(v4) if prefix >= MAPPED_PREFIX => Network::v4(u32::from(v4), prefix - MAPPED_PREFIX),
                    _ => Network::v6(address, prefix),
                }
            }
        }
    }

    fn v4(bits: u32, prefix: u32) -> Option<Network> {
        let mask = u32::MAX.checked_shl(32_u32.checked_sub(prefix)?).unwrap_or(0);
        Some(Network::V4 { bits: bits & mask, mask })
    }

    fn v6(address: Ipv6Addr, prefix: u32) -> Option<Network> {
        let mask = u128::MAX.checked_shl(128_u32.checked_sub(prefix)?).unwrap_or(0);
        Some(Network::V6 { bits: u128::from(address) & mask, mask })
    }

    pub(crate) fn contains(self, address: IpAddr) -> bool {
        match (self, address) {
            (Network::V4 { bits, mask }, IpAddr::V4(address)) => u32::from(address) & mask == bits,
            (Network::V6 { bits, mask }, IpAddr::V6(address)) => u128::from(address) & mask == bits,
            _ => false,
        }
    }
}

/// Reads an address; an IPv4 address in IPv6 clothes is an IPv4 address.
pub(crate) fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn decimal(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = plain && (text == "0" || !text.starts_with('0'));
    canonical.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().contains(parse_address(address).unwrap())
    }

    #[test]
    fn networks_hold_their_addresses() {
        assert!(inside("10.1.2.3/8", "10.255.0.1") && !inside("10.0.0.0/8", "11.0.0.1"));
        assert!(inside("0.0.0.0/0", "255.255.255.255") && !inside("0.0.0.0/0", "::1"));
        assert!(inside("10.0.0.0/8", "::ffff:10.1.1.1") && inside("::ffff:10.0.0.0/104", "10.1.1.1"));
        assert!(inside("2001:db8::/32", "2001:db8:ffff::1") && !inside("2001:db8::/32", "2001:db9::1"));
        assert!(inside("::1", "::1") && inside("::/0", "fe80::1"));
    }

    #[test]
    fn refuses_what_is_no_network() {
        for text in
            ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/+8", "::/129", "010.0.0.1"]
        {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
