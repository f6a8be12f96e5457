//! The people who play in the demo: who they are, how good, and when they have time. The same ones for the same seed.

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Given names, by the country and the hours that it is ahead of UTC.
const NAMES: [(&str, i64, &str); 24] = [
    ("GB", 0, "Ada Grace Oliver Isla Arthur Freya Harriet Theo Poppy George"),
    ("US", -5, "Katherine Dorothy Mason Harper Wyatt Hazel Jackson Stella Caleb Ruby"),
    ("DE", 1, "Emmy Konrad Lotte Jürgen Käthe Felix Mathilda Jonas Frieda Emil"),
    ("FR", 1, "Sophie Émile Élodie Rémi Chloé Hugo Manon Théo Inès Gaspard"),
    ("ES", 1, "Lucía Mateo Martina Íñigo Nuria Pablo Carmen Álvaro Begoña Hugo"),
    ("IT", 1, "Giulia Leonardo Chiara Matteo Ginevra Tommaso Alice Niccolò Bianca Enea"),
    ("PL", 1, "Zofia Łukasz Małgorzata Stanisław Wanda Jędrzej Hanna Kacper Iga Mieszko"),
    ("SE", 1, "Astrid Björn Ingrid Åke Saga Nils Maja Gösta Ebba Viggo"),
    ("GR", 2, "Ελένη Γιώργος Σοφία Νίκος Μαρία Ανδρέας Δάφνη Πέτρος Ίρις Λεωνίδας"),
    ("UA", 2, "Олена Тарас Соломія Богдан Ірина Андрій Катерина Максим Леся Назар"),
    ("BG", 2, "Ивана Борис Радка Стоян Калина Асен Милена Петър Яна Крум"),
    ("TR", 3, "Zeynep Emre Ayşe Çağrı Defne Ömer Elif Kerem Şirin Yiğit"),
    ("EG", 2, "ليلى عمر سلمى يوسف نور كريم هدى طارق مريم زياد"),
    ("IL", 2, "נועה איתי תמר יונתן מיכל אורי שירה דניאל רוני גיא"),
    ("IN", 5, "अनन्या रोहन दिया अर्जुन मीरा विवान सारा कबीर तारा ईशान"),
    ("TH", 7, "ชนิดา ธนา พิมพ์ กิตติ มาลี ภูมิ ดาว เอก ฟ้า นนท์"),
    ("CN", 8, "若曦 子轩 欣怡 浩然 诗涵 宇航 梓萱 俊杰 雨桐 思远"),
    ("KR", 9, "서연 민준 지우 도윤 하은 시우 수아 예준 지아 하준"),
    ("JP", 9, "さくら 蓮 陽菜 湊 結衣 樹 葵 大和 凛 蒼"),
    ("AU", 10, "Matilda Jack Evie Lachlan Zara Cooper Willow Banjo Indi Archie"),
    ("NZ", 12, "Aroha Nikau Mia Tāne Kiri Wiremu Ngaio Rangi Moana Tama"),
    ("BR", -3, "Luiza João Beatriz Caetano Inês Thiago Marina Raí Jussara Otávio"),
    ("MX", -6, "Ximena Diego Valentina Emiliano Frida Joaquín Regina Iker Renata Gael"),
    ("NG", 1, "Chidinma Tunde Amara Emeka Folake Ifeanyi Ngozi Segun Zainab Uche"),
];

/// An hour, in ms.
const HOUR_MS: u64 = 3_600_000;

/// Somebody who plays.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The id that they have.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// Where they are at home.
    pub country: &'static str,
    /// How many hours that is ahead of UTC.
    pub ahead: i64,
    /// How good they are at first, from 0 to 1.
    pub talent: f64,
    /// How much of what they lack they have learned after a month.
    pub learning: f64,
    /// How often they play, compared with others.
    pub zeal: f64,
    /// The first and the last of the months' days on which they play, as shares of all of them.
    pub stay: (f64, f64),
    /// A number that says which boards they play on.
    pub taste: u8,
}

/// All of them.
pub fn people(seed: u64) -> Vec<Person> {
    let mut random = StdRng::seed_from_u64(seed);
    let each = |(country, ahead, names): &(&'static str, i64, &'static str)| {
        let named =
            |(at, name): (usize, &'static str)| (format!("{}-{}", country.to_lowercase(), at + 1), name.to_owned(), *country, *ahead);
        names.split(' ').enumerate().map(named).collect::<Vec<_>>()
    };
    let all = NAMES.iter().flat_map(each);
    all.map(|(id, name, country, ahead)| person(&mut random, id, name, country, ahead)).collect()
}

fn person(random: &mut StdRng, id: String, name: String, country: &'static str, ahead: i64) -> Person {
    // Most are middling, few are very good: the mean of three.
    let talent = (random.random::<f64>() + random.random::<f64>() + random.random::<f64>()) / 3.0;
    let come = if random.random::<f64>() < 0.5 { 0.0 } else { random.random::<f64>() * 0.9 };
    // A third has lost interest by now.
    let go = if random.random::<f64>() < 0.67 { 2.0 } else { come + (1.0 - come) * random.random::<f64>() };
    // A few play all the time, most now and then.
    let zeal = 0.2 + random.random::<f64>().powi(4) * 6.0;
    Person { id, name, country, ahead, talent, learning: random.random::<f64>() * 0.35, zeal, stay: (come, go), taste: random.random() }
}

impl Person {
    /// How good they are after so many days.
    pub fn skill(&self, days: f64) -> f64 {
        self.talent + (1.0 - self.talent) * self.learning * (1.0 - (-days / 30.0).exp())
    }

    /// How likely they play at a time, compared with others: in the evening rather than at night, and not before they have come or after they
    /// have gone. `share` is how much of the months has passed.
    pub fn eagerness(&self, at_ms: u64, share: f64) -> f64 {
        if share < self.stay.0 || share > self.stay.1 {
            return 0.0;
        }
        let hour = (at_ms / HOUR_MS) as i64 + self.ahead;
        let of_day = match hour.rem_euclid(24) {
            0..7 => 0.05,
            7..16 => 0.5,
            16..19 => 1.0,
            19..23 => 1.6,
            _ => 0.6,
        };
        self.zeal * of_day
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::{Country, PlayerId, PlayerName};
    use std::collections::HashSet;

    #[test]
    fn people_are_the_same_for_the_same_seed_and_their_names_are_names() {
        let all = people(1);
        assert_eq!((all.len(), &all), (240, &people(1)));
        assert_ne!(all, people(2));
        let ids: HashSet<&str> = all.iter().map(|person| &*person.id).collect();
        assert_eq!(ids.len(), all.len());
        for person in &all {
            assert!(PlayerName::parse(&person.name).is_ok(), "{}", person.name);
            assert!(PlayerId::parse(&person.id).is_ok() && Country::parse(person.country).is_ok(), "{person:?}");
        }
    }

    #[test]
    fn they_learn_and_sleep() {
        for person in people(1) {
            assert!(person.skill(0.0) <= person.skill(60.0) && person.skill(60.0) < 1.0, "{person:?}");
            // 2026-11-21 12:00 UTC.
            let noon = 1_795_262_400_000;
            let at_home = |hour: i64| (noon as i64 + (hour - 12 - person.ahead) * 3_600_000) as u64;
            let share = person.stay.0.max(0.01).min(person.stay.1);
            assert!(person.eagerness(at_home(3), share) < person.eagerness(at_home(20), share), "{person:?}");
            assert_eq!(person.eagerness(noon, person.stay.1 + 0.01), 0.0);
        }
    }
}
