//! A device that keeps passkeys, as browsers ask it (WebAuthn, level 3; keys as COSE writes them, RFC 9053): with P-256, and no attestation.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use ciborium::Value as Cbor;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Somebody was there, and the device made sure who.
const PRESENT: u8 = 0b101;
/// A new key comes with the data.
const NEW_KEY: u8 = 0b100_0000;

/// One passkey on a device.
pub struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    handle: String,
    /// How often it was used.
    pub counter: u32,
}

impl Authenticator {
    /// A new passkey, and what a page of this origin is given of it.
    pub fn create(challenge: &Value, origin: &str) -> (Self, Value) {
        let options = &challenge["publicKey"];
        assert_eq!(
            (&options["attestation"], &options["authenticatorSelection"]["residentKey"]),
            (&json!("none"), &json!("required")),
            "{options}"
        );
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let id = rand::random::<[u8; 32]>().to_vec();
        let key = SigningKey::from_slice(&rand::random::<[u8; 32]>()).unwrap();
        let device = Self { key, id, handle: text(&options["user"]["id"]), counter: 0 };
        let mut data = device.data(&text(&options["rp"]["id"]), PRESENT | NEW_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(device.id.len()).unwrap().to_be_bytes());
        data.extend(&device.id);
        data.extend(cbor(&device.public_key()));
        let object = [("fmt", Cbor::Text("none".to_owned())), ("attStmt", Cbor::Map(Vec::new())), ("authData", Cbor::Bytes(data))];
        let object = Cbor::Map(object.map(|(name, value)| (Cbor::Text(name.to_owned()), value)).to_vec());
        let client = client_data("webauthn.create", options, origin);
        let credential = json!({
            "id": BASE64.encode(&device.id),
            "rawId": BASE64.encode(&device.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
            "response": { "clientDataJSON": BASE64.encode(client), "attestationObject": BASE64.encode(cbor(&object)), "transports": ["internal"] },
        });
        (device, credential)
    }

    /// What a page of this origin is given for a challenge.
    pub fn get(&mut self, challenge: &Value, origin: &str) -> Value {
        self.counter += 1;
        let options = &challenge["publicKey"];
        let data = self.data(options["rpId"].as_str().unwrap(), PRESENT);
        let client = client_data("webauthn.get", options, origin);
        let signed = [&*data, &*Sha256::digest(&client)].concat();
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": BASE64.encode(&self.id),
            "rawId": BASE64.encode(&self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64.encode(client),
                "authenticatorData": BASE64.encode(data),
                "signature": BASE64.encode(signature.to_der()),
                "userHandle": self.handle,
            },
        })
    }

    fn data(&self, site: &str, flags: u8) -> Vec<u8> {
        [&*Sha256::digest(site.as_bytes()), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn public_key(&self) -> Cbor {
        let point = self.key.verifying_key().to_sec1_point(false);
        let coordinate = |bytes: Option<&p256::FieldBytes>| Cbor::Bytes(bytes.unwrap().to_vec());
        let members = [(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, coordinate(point.x())), (-3, coordinate(point.y()))];
        Cbor::Map(members.map(|(label, value): (i64, Cbor)| (label.into(), value)).to_vec())
    }
}

fn client_data(kind: &str, options: &Value, origin: &str) -> Vec<u8> {
    json!({ "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false }).to_string().into_bytes()
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
