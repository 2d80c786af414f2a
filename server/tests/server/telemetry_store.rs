//! Telemetry in the store, on both databases: what is added, and what is forgotten.

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;
use vexil_core::Timestamp;
use vexil_server::catalog::{Document, Environment, Row, Stored};
use vexil_server::delivery::Audience;
use vexil_server::directory::SdkKey;
use vexil_server::store::{
    Added, EvaluationCount, EvaluationFilter, EvaluationSum, Exposure, ExposureFilter, HOUR, InstanceFilter,
    InstanceReport, MINUTE, Store, TelemetryBatch,
};
use vexil_server::telemetry::{Bounds, Receipt, Sampling, Telemetry, retention};
use vexil_test_services::{Postgres, required};

const NOW: i64 = 1_800_000_000_000;

/// Runs a test on both databases.
fn on_each<F: Future<Output = ()>>(test: impl Fn(Store) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        test(Store::in_folder(folder.path()).await.unwrap()).await;
        if let Some(postgres) = required(Postgres::shared()) {
            let url = postgres.fresh_database().unwrap();
            test(Store::at_url(&url).await.unwrap()).await;
        }
    });
}

fn batch(id: u128) -> TelemetryBatch {
    TelemetryBatch {
        place: ("default".into(), "production".into()),
        id: Uuid::from_u128(id),
        part: 0,
        received_at: NOW,
        evaluations: Vec::new(),
        exposures: Vec::new(),
        instance: None,
    }
}

fn count(variation: &str, at: i64, count: u64) -> EvaluationCount {
    EvaluationCount { key: "flag".into(), variation: variation.into(), reason: "ROLLOUT", at, count }
}

fn exposure(variant: &str, unit: &str, at: i64, sample: u32) -> Exposure {
    Exposure {
        experiment: "trial".into(),
        variant: variant.into(),
        attribute: "user.id".into(),
        unit: unit.into(),
        at,
        sample,
    }
}

fn evaluations() -> EvaluationFilter {
    EvaluationFilter {
        project: "default".into(),
        environment: "production".into(),
        key: "flag".into(),
        variation: None,
        reason: None,
        from: 0,
        to: i64::MAX,
    }
}

fn exposures() -> ExposureFilter {
    ExposureFilter {
        project: "default".into(),
        environment: "production".into(),
        experiment: "trial".into(),
        variant: None,
        unit: None,
    }
}

fn instances() -> InstanceFilter {
    InstanceFilter {
        project: "default".into(),
        environment: "production".into(),
        ..InstanceFilter::default()
    }
}

async fn add(store: &Store, batches: impl IntoIterator<Item = TelemetryBatch>) -> Added {
    let batches: Vec<_> = batches.into_iter().map(Arc::new).collect();
    store.add_telemetry(&batches).await.unwrap()
}

/// Spans of so many milliseconds, with their counts.
async fn spans(store: &Store, span: i64) -> Vec<(i64, u64)> {
    let sums = store.evaluations(&evaluations(), Some(span)).await.unwrap();
    sums.into_iter().map(|EvaluationSum { at, count, .. }| (at, count)).collect()
}

#[test]
fn a_batch_is_added_once_within_a_flush_and_across_flushes() {
    on_each(async |store| {
        let told = |id| TelemetryBatch { evaluations: vec![count("on", NOW, 2); 300], ..batch(id) };
        let added = add(&store, [told(1), told(1), told(2)]).await;
        assert_eq!(added, Added { batches: 2, repeated: 1 });
        assert_eq!(add(&store, [told(2), told(3)]).await, Added { batches: 1, repeated: 1 });
        let elsewhere = ("default".into(), "staging".into());
        let added = add(&store, [TelemetryBatch { place: elsewhere, ..told(3) }]).await;
        assert_eq!(added, Added { batches: 1, repeated: 0 });
        let added = add(&store, [TelemetryBatch { part: 1, ..batch(3) }]).await;
        assert_eq!(added, Added { batches: 1, repeated: 0 });
        assert_eq!(spans(&store, MINUTE).await, [(NOW - NOW % MINUTE, 3 * 600)]);
        let totals = store.evaluations(&evaluations(), None).await.unwrap();
        assert_eq!((totals.len(), totals[0].count), (1, 3 * 600));
    });
}

#[test]
fn replicas_add_at_the_same_time() {
    on_each(async |store| {
        let store = Arc::new(store);
        let tasks: Vec<_> = (0..8_u128)
            .map(|sender| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    for n in 0..10 {
                        let evaluations =
                            (0..250).map(|variation| count(&format!("v{variation}"), NOW, 1)).collect();
                        let exposures =
                            (0..50).map(|unit| exposure("a", &format!("u{unit}"), NOW, 1)).collect();
                        let told = TelemetryBatch { evaluations, exposures, ..batch(sender * 100 + n) };
                        add(&store, [told]).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let totals = store.evaluations(&evaluations(), None).await.unwrap();
        assert_eq!(totals.len(), 250);
        assert!(totals.iter().all(|total| total.count == 80), "{totals:?}");
        assert_eq!(store.exposed_units(&exposures()).await.unwrap()[0].units, 50);
    });
}

#[test]
fn minutes_become_hours_and_hours_are_forgotten() {
    on_each(async |store| {
        let hour = NOW - NOW % HOUR;
        let told = [
            count("on", hour - 2 * HOUR, 1),
            count("on", hour - 2 * HOUR + MINUTE, 2),
            count("on", hour - HOUR - 1, 4),
            count("on", hour - HOUR, 8),
            count("on", hour, 16),
        ];
        add(&store, [TelemetryBatch { evaluations: told.to_vec(), ..batch(1) }]).await;
        let by_hour = spans(&store, HOUR).await;
        assert_eq!(by_hour, [(hour - 2 * HOUR, 7), (hour - HOUR, 8), (hour, 16)]);
        assert_eq!(store.roll_up_evaluations(hour - HOUR).await.unwrap(), 3);
        assert_eq!(spans(&store, HOUR).await, by_hour);
        assert_eq!(spans(&store, MINUTE).await.len(), 3);
        // An hour that is half there already takes up the rest, and what comes late.
        add(&store, [TelemetryBatch { evaluations: vec![count("on", hour - 2 * HOUR, 32)], ..batch(2) }])
            .await;
        assert_eq!(store.roll_up_evaluations(hour - HOUR).await.unwrap(), 1);
        assert_eq!(spans(&store, HOUR).await[0], (hour - 2 * HOUR, 39));
        assert_eq!(store.forget_evaluations(hour - HOUR).await.unwrap(), 1);
        assert_eq!(spans(&store, HOUR).await, [(hour - HOUR, 8), (hour, 16)]);
    });
}

#[test]
fn exposures_keep_the_first_and_last_time_and_the_highest_rate() {
    on_each(async |store| {
        let told = [
            exposure("a", "u", 50, 10_000),
            exposure("a", "u", 20, 100_000),
            exposure("a", "u", 90, 5_000),
            exposure("b", "v", 10, 10_000),
        ];
        for (id, exposure) in told.into_iter().enumerate() {
            add(&store, [TelemetryBatch { exposures: vec![exposure], ..batch(id as u128) }]).await;
        }
        let rows = store.exposures(&exposures(), ("", "", ""), 10).await.unwrap();
        let times: Vec<_> = rows.iter().map(|row| (&*row.unit, row.first_at, row.last_at)).collect();
        assert_eq!(times, [("u", 20, 90), ("v", 10, 10)]);
        let counts = store.exposed_units(&exposures()).await.unwrap();
        let counts: Vec<_> =
            counts.iter().map(|count| (&*count.variant, count.sample, count.units)).collect();
        assert_eq!(counts, [("a", 100_000, 1), ("b", 10_000, 1)]);
        assert_eq!(store.forget_exposures(90).await.unwrap(), 1);
        assert_eq!(store.exposures(&exposures(), ("", "", ""), 10).await.unwrap().len(), 1);
    });
}

#[test]
fn an_instance_is_as_it_was_last_heard_of() {
    on_each(async |store| {
        let told = |id: u128, received_at: i64, version: u64, applied_at: Option<i64>| {
            let report = InstanceReport {
                id: "i".into(),
                service: format!("s{version}"),
                sdk: String::new(),
                version,
                applied_at,
                dropped: 1,
            };
            TelemetryBatch { received_at, instance: Some(report), ..batch(id) }
        };
        add(&store, [told(1, 100, 1, Some(90)), told(2, 200, 2, Some(190))]).await;
        // From a replica that was slow, and again without the moment.
        add(&store, [told(3, 150, 1, Some(90))]).await;
        add(&store, [told(4, 300, 2, None)]).await;
        let rows = store.instances(&instances(), "", 10).await.unwrap();
        let row = &rows[0];
        assert_eq!((rows.len(), row.version, row.service.as_str()), (1, 2, "s2"));
        assert_eq!((row.applied_at, row.first_seen_at, row.seen_at), (Some(190), 100, 300));
        assert_eq!(row.dropped, 4);
        add(&store, [told(5, 400, 3, None)]).await;
        assert_eq!(store.instances(&instances(), "", 10).await.unwrap()[0].applied_at, None);
        assert_eq!(store.forget_instances(400).await.unwrap(), 0);
        assert_eq!(store.forget_instances(401).await.unwrap(), 1);
    });
}

#[test]
fn tidying_keeps_what_is_to_be_kept_and_nothing_else() {
    on_each(async |store| {
        let ages = [
            MINUTE,
            retention::BATCHES + MINUTE,
            retention::MINUTES + MINUTE,
            retention::INSTANCES + MINUTE,
            retention::HOURS + MINUTE,
            retention::EXPOSURES + MINUTE,
        ];
        for (id, age) in ages.into_iter().enumerate() {
            let at = NOW - age;
            let instance = InstanceReport {
                id: format!("i{id}"),
                service: String::new(),
                sdk: String::new(),
                version: 1,
                applied_at: None,
                dropped: 0,
            };
            let told = TelemetryBatch {
                received_at: at,
                evaluations: vec![count("on", at, 1)],
                // More than one statement removes.
                exposures: (0..2_000).map(|n| exposure("a", &format!("u{id}-{n}"), at, 1)).collect(),
                instance: Some(instance),
                ..batch(id as u128)
            };
            add(&store, [told]).await;
        }
        retention::tidy(&store, NOW).await.unwrap();
        assert_eq!(spans(&store, MINUTE).await.len(), 4);
        assert_eq!(store.exposed_units(&exposures()).await.unwrap()[0].units, 5 * 2_000);
        assert_eq!(store.instances(&instances(), "", 10).await.unwrap().len(), 3);
        // Only the youngest batch is still known.
        assert_eq!(add(&store, [batch(0)]).await, Added { batches: 0, repeated: 1 });
        assert_eq!(add(&store, [batch(1)]).await, Added { batches: 1, repeated: 0 });
        retention::tidy(&store, NOW).await.unwrap();
        assert_eq!(spans(&store, MINUTE).await.len(), 4);
    });
}

/// An environment with one experiment, and a key of it.
fn trial(audience: Audience) -> (Environment, SdkKey) {
    let (project, key): (Arc<str>, Arc<str>) = ("default".into(), "production".into());
    let row = Row {
        key: Arc::clone(&key),
        name: String::new(),
        production: true,
        position: 0,
        version: 1,
        changed_at: 0,
    };
    let mut environment = Environment::empty(row);
    let definition = json!({"key": "trial", "type": "experiment", "client_visible": true,
        "variants": [{"id": "a"}, {"id": "b"}]});
    let definition: Document = serde_json::from_value(definition).unwrap();
    environment.definitions.insert("trial".into(), Arc::new(Stored::new(1, 1, definition)));
    (environment, SdkKey { id: "key".into(), project, environment: key, audience, tenant: None })
}

fn tell(
    telemetry: &Telemetry,
    (environment, key): &(Environment, SdkKey),
    units: impl Iterator<Item = String>,
) -> Receipt {
    let at = Timestamp::from_millis(NOW).to_string();
    let exposure =
        |unit| json!({"experiment": "trial", "variant": "a", "attribute": "user.id", "unit": unit, "at": at});
    let exposures: Vec<Value> = units.map(exposure).collect();
    let report = json!({"batch": Uuid::now_v7().to_string(), "exposures": exposures});
    telemetry.accept(serde_json::from_value(report).unwrap(), key, environment, NOW)
}

#[test]
fn an_experiment_has_room_for_so_many_units_and_goes_on_to_hear_of_those() {
    on_each(async |store| {
        let telemetry = Telemetry::bounded(Sampling::COMPLETE, Bounds { units: 4, ..Bounds::default() });
        let place = trial(Audience::Server);
        let names = |names: [&str; 3]| names.map(str::to_owned).into_iter();
        assert_eq!(tell(&telemetry, &place, names(["u1", "u2", "u3"])).accepted, 3);
        telemetry.flush(&store).await.unwrap();
        // Two that are known, and more that are not than there is room for.
        tell(&telemetry, &place, names(["u1", "u4", "u5"]));
        tell(&telemetry, &place, names(["u6", "u3", "u7"]));
        telemetry.flush(&store).await.unwrap();
        let rows = store.exposures(&exposures(), ("", "", ""), 100).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.unit.as_str()).collect::<Vec<_>>(), ["u1", "u2", "u3", "u4"]);
        assert_eq!((telemetry.health().over_units, telemetry.health().waiting_batches), (3, 0));
        // Once some were forgotten there is room again.
        assert_eq!(store.forget_exposures(NOW + 1).await.unwrap(), 4);
        tell(&telemetry, &place, names(["u8", "u9", "u10"]));
        telemetry.flush(&store).await.unwrap();
        assert_eq!(store.count_exposures(&batch(0).place, "trial", 100).await.unwrap(), 3);
        assert_eq!(store.count_exposures(&batch(0).place, "trial", 2).await.unwrap(), 2, "no further");
    });
}

#[test]
fn a_public_key_neither_fills_the_database_nor_takes_the_room_of_others() {
    let telemetry = Telemetry::new(Sampling::COMPLETE);
    let (app, service) = (trial(Audience::Client(None)), trial(Audience::Server));
    let service = (service.0, SdkKey { id: "service".into(), ..service.1 });
    let mut accepted = 0;
    for round in 0..51 {
        let invented = (0..10_000).map(|unit| format!("invented-{round}-{unit}"));
        accepted += tell(&telemetry, &app, invented).accepted;
    }
    let health = telemetry.health();
    assert_eq!(accepted + health.dropped + health.over_budget, 510_000);
    assert!((10_000..=80_000).contains(&accepted), "{accepted}");
    let receipt = tell(&telemetry, &service, std::iter::once("u1".to_owned()));
    assert_eq!((receipt.accepted, receipt.dropped), (1, 0));
}
