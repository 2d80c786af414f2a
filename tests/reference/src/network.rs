//! Addresses and networks (section 5, `cidr`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address as its bits: 32 for IPv4, 128 for IPv6. `::ffff:a.b.c.d` reads as IPv4.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    bits: u128,
    width: u32,
}

impl Address {
    pub(crate) fn of(text: &str) -> Option<Address> {
        let address: IpAddr = text.parse().ok()?;
        Some(match address.to_canonical() {
            IpAddr::V4(address) => Address::v4(address),
            IpAddr::V6(address) => Address::v6(address),
        })
    }

    fn v4(address: Ipv4Addr) -> Address {
        Address { bits: u128::from(address.to_bits()), width: 32 }
    }

    fn v6(address: Ipv6Addr) -> Address {
        Address { bits: address.to_bits(), width: 128 }
    }

    /// Whether the address lies in a network such as `10.0.0.0/8`, or is the address given. Host
    /// bits of the network are masked. Another family is false.
    pub(crate) fn is_within(self, network: &str) -> bool {
        let (base, prefix) = parse_network(network);
        self.width == base.width && (prefix == 0 || (self.bits ^ base.bits) >> (base.width - prefix) == 0)
    }
}

/// A network's address, and how many of its bits count. An address is a network of itself.
fn parse_network(text: &str) -> (Address, u32) {
    let Some((base, prefix)) = text.split_once('/') else {
        let base = Address::of(text).expect("an address");
        return (base, base.width);
    };
    let prefix: u32 = prefix.parse().expect("a prefix length");
    match base.parse().expect("an address") {
        IpAddr::V4(base) => (Address::v4(base), prefix),
        // A network wider than all of `::ffff:a.b.c.d` holds more than reads as IPv4: it stays IPv6.
        IpAddr::V6(base) if prefix < 96 => (Address::v6(base), prefix),
        IpAddr::V6(base) => match base.to_ipv4_mapped() {
            Some(base) => (Address::v4(base), prefix - 96),
            None => (Address::v6(base), prefix),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(address: &str, network: &str) -> bool {
        Address::of(address).unwrap().is_within(network)
    }

    #[test]
    fn networks_hold_addresses_of_their_family() {
        assert!(within("10.1.2.3", "10.0.0.0/8"));
        assert!(within("10.1.2.3", "10.9.9.9/8"));
        assert!(!within("11.1.2.3", "10.0.0.0/8"));
        assert!(within("::ffff:10.1.2.3", "10.0.0.0/8"));
        assert!(within("10.1.2.3", "::ffff:10.0.0.0/104"));
        assert!(within("255.1.2.3", "0.0.0.0/0"));
        assert!(!within("10.1.2.3", "::/0"));
        assert!(within("2001:db8::1", "::/0"));
        assert!(within("2001:db8::1", "2001:DB8:0::1"));
        assert!(within("10.1.2.3", "10.1.2.3/32"));
        assert!(!within("2001:db8::1", "2001:db8::2/128"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["10.1.2", "10.1.2.300", "010.1.2.3", "10.0.0.0/8", "fe80::1%eth0", ""] {
            assert!(Address::of(text).is_none(), "{text}");
        }
    }
}
