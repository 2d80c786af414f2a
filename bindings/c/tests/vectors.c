/* The corpus of vectors, through the C ABI. It compares, and decides nothing.
 *
 * `vectors FOLDER`; ends with 0 when all cases agree. Where VEXIL_CONFORMANCE names a folder, it leaves there what it
 * has counted. */
#include <stdbool.h>
#include <stdio.h>

#include "json.h"

#define NOW "2026-01-01T00:00:00Z"
#define ENVIRONMENTS 8

/* Members of cases that no host has a word for, with how many cases have them, and why: of the index. */
static const json_t *skips;

static const char *path;
static const char *name;
static size_t failures;

_Noreturn static void die(const char *what) {
    fprintf(stderr, "%s: %s: %s\n", path, name, what);
    exit(2);
}

static void expect_ok(vexil_code code, const char *what) {
    if (code != VEXIL_CODE_OK) {
        char message[1024];
        vexil_buffer buffer = {message, sizeof message, 0};
        bool is_told = vexil_last_error(&buffer) == VEXIL_CODE_OK;
        fprintf(stderr, "%.*s\n", is_told ? (int)buffer.length : 0, message);
        die(what);
    }
}

static json_t *read_file(const char *folder, const char *file) {
    char whole[4096];
    json_error_t error;
    snprintf(whole, sizeof whole, "%s/%s", folder, file);
    json_t *tree = json_load_file(whole, JSON_ALLOW_NUL, &error);
    if (tree == NULL) {
        fprintf(stderr, "%s:%d: %s\n", whole, error.line, error.text);
        exit(2);
    }
    return tree;
}

/* As JSON, with numbers by value. */
static bool same(const json_t *got, const json_t *wanted) {
    if (json_is_number(got) && json_is_number(wanted)) {
        if (json_is_integer(got) && json_is_integer(wanted)) {
            return json_integer_value(got) == json_integer_value(wanted);
        }
        return json_number_value(got) == json_number_value(wanted);
    }
    if (json_typeof(got) != json_typeof(wanted)) {
        return false;
    }
    size_t i;
    const char *key;
    json_t *of_got, *of_wanted;
    if (json_is_array(wanted)) {
        json_array_foreach(wanted, i, of_wanted) {
            of_got = json_array_get(got, i);
            if (of_got == NULL || !same(of_got, of_wanted)) {
                return false;
            }
        }
        return json_array_size(got) == json_array_size(wanted);
    }
    if (json_is_object(wanted)) {
        json_object_foreach((json_t *)wanted, key, of_wanted) {
            of_got = json_object_get(got, key);
            if (of_got == NULL || !same(of_got, of_wanted)) {
                return false;
            }
        }
        return json_object_size(got) == json_object_size(wanted);
    }
    return json_equal(got, wanted);
}

/* What the store knows, and what it was last told. */
static struct {
    const json_t *known;
    json_t *put;
} assignments;

static bool look_up(void *user, vexil_text experiment, vexil_text unit, vexil_buffer *variant) {
    (void)user;
    const json_t *units = json_object_getn(assignments.known, experiment.data, experiment.length);
    const json_t *found = json_object_getn(units, unit.data, unit.length);
    if (found == NULL) {
        return false;
    }
    variant->length = json_string_length(found);
    memcpy(variant->data, json_string_value(found), variant->length < variant->capacity ? variant->length : 0);
    return true;
}

static void remember(void *user, vexil_text experiment, vexil_text unit, vexil_text variant) {
    (void)user;
    json_decref(assignments.put);
    assignments.put = json_pack("{s:s%, s:s%, s:s%}", "experiment", experiment.data, experiment.length, "unit", unit.data,
                                unit.length, "variant", variant.data, variant.length);
}

/* The client of a file's definitions, and of an environment where a case names one. */
static vexil_client open_client(const char *definitions, const json_t *environment) {
    static const vexil_store STORE = {look_up, remember, NULL, NULL};
    json_t *options = json_pack("{s:{s:{s:s}}, s:o, s:b}", "source", "memory", "definitions", definitions, "environment",
                                environment ? json_copy((json_t *)environment) : json_null(), "telemetry", 0);
    char *text = written(checked(options, "options"));
    vexil_client client = {0};
    expect_ok(vexil_client_open_with_store(vexil_string(text), &STORE, &client), "no client");
    free(text);
    json_decref(options);
    return client;
}

/* What details say, by the names of the corpus. */
static json_t *told(const vexil_details *details, const char *texts) {
    json_t *store = assignments.put ? json_incref(assignments.put) : json_null();
    json_t *bucket = details->bucket < 0 ? json_null() : json_integer(details->bucket);
    return checked(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:b}", "value", value_of(details, texts),
                             "variation", slice(texts, details->variation), "reason", slice(texts, details->reason),
                             "scope", slice(texts, details->scope), "rule", slice(texts, details->rule), "bucket", bucket,
                             "error", name_of(details->error), "version", (json_int_t)details->version, "store", store,
                             "overdue", details->overdue),
                   "details");
}

static void compare(json_t *got, const json_t *expected) {
    const char *member;
    json_t *wanted;
    json_object_foreach((json_t *)expected, member, wanted) {
        json_t *found = json_object_get(got, member);
        if (found == NULL || !same(found, wanted)) {
            char *is = found ? written(found) : NULL, *should = written(wanted);
            fprintf(stderr, "%s: %s: %s is %s, not %s\n", path, name, member, is ? is : "unknown", should);
            free(is);
            free(should);
            failures++;
        }
    }
}

static void set_overrides(vexil_client client, const json_t *overrides) {
    const char *key;
    json_t *value;
    expect_ok(vexil_override_clear(client), "overrides");
    json_object_foreach((json_t *)overrides, key, value) {
        char *text = written(value);
        expect_ok(vexil_override_set(client, vexil_string(key), vexil_string(text)), "an override");
        free(text);
    }
}

static void run_case(vexil_client client, const json_t *test) {
    static char texts[1 << 20];
    json_decref(assignments.put);
    assignments.put = NULL;
    vexil_buffer buffer = {texts, sizeof texts, 0};
    json_t *context_text = json_object_get(test, "context_text"), *context_tree = json_object_get(test, "context");
    json_t *request = json_object_get(test, "request_overrides"), *now = json_object_get(test, "now");
    char *tree = context_text ? NULL : context_tree ? written(context_tree) : NULL;
    vexil_text text = context_text ? text_of(context_text) : vexil_string(tree ? tree : "{}");
    vexil_context context = {0};
    vexil_code code = vexil_context_parse(text, &context);
    json_t *expected = json_object_get(test, "expect");
    if (code != VEXIL_CODE_OK) {
        vexil_details refused = {.error = code, .bucket = -1, .reason = {0, strlen("ERROR")}};
        json_t *got = told(&refused, "ERROR");
        compare(got, expected);
        json_decref(got);
    } else {
        char *of_request = request ? written(request) : NULL;
        vexil_client pinned = {0};
        vexil_details details;
        set_overrides(client, json_object_get(test, "overrides"));
        assignments.known = json_object_get(test, "sticky");
        expect_ok(vexil_client_pin(client, vexil_string(of_request ? of_request : ""),
                                   now ? text_of(now) : VEXIL_LITERAL(NOW), &pinned), "no moment");
        expect_ok(vexil_evaluate(pinned, text_of(json_object_get(test, "key")), asked_by(json_object_get(test, "type")),
                                 context, &details, &buffer),
                  "no evaluation");
        json_t *got = told(&details, texts);
        compare(got, expected);
        json_decref(got);
        expect_ok(vexil_client_close(pinned), "close");
        expect_ok(vexil_context_free(context), "free");
        free(of_request);
    }
    free(tree);
}

static bool is_skipped(const json_t *test) {
    size_t i;
    const json_t *skip;
    json_array_foreach(skips, i, skip) {
        if (json_object_get(test, json_string_value(json_object_get(skip, "member"))) != NULL) {
            return true;
        }
    }
    return false;
}

/* How many cases may be skipped. */
static size_t listed(void) {
    size_t i, cases = 0;
    const json_t *skip;
    json_array_foreach(skips, i, skip) {
        cases += (size_t)json_integer_value(json_object_get(skip, "cases"));
    }
    return cases;
}

/* Runs a file, and adds what it has counted to `counts`. */
static void run_file(const json_t *file, json_t *counts, size_t *passed, size_t *skipped) {
    json_t *definitions_text = json_object_get(file, "definitions_text");
    char *definitions = definitions_text ? strdup(json_string_value(definitions_text))
                                         : written(json_object_get(file, "definitions"));
    struct {
        const char *environment;
        vexil_client client;
    } clients[ENVIRONMENTS];
    size_t count = 0, passed_before = *passed, skipped_before = *skipped, i;
    json_t *test;
    json_array_foreach(json_object_get(file, "cases"), i, test) {
        name = json_string_value(json_object_get(test, "name"));
        if (is_skipped(test)) {
            ++*skipped;
            continue;
        }
        const json_t *environment = json_object_get(test, "environment");
        const char *of = environment ? json_string_value(environment) : "";
        size_t known = 0;
        while (known < count && strcmp(clients[known].environment, of) != 0) {
            known++;
        }
        if (known == count) {
            if (count == ENVIRONMENTS) {
                die("more environments than a file has");
            }
            clients[count].environment = of;
            clients[count++].client = open_client(definitions, environment);
        }
        size_t before = failures;
        run_case(clients[known].client, test);
        *passed += failures == before;
    }
    while (count > 0) {
        expect_ok(vexil_client_close(clients[--count].client), "close");
    }
    free(definitions);
    json_object_set_new(counts, path,
                        json_pack("{s:I, s:I}", "passed", (json_int_t)(*passed - passed_before), "skipped",
                                  (json_int_t)(*skipped - skipped_before)));
}

static void leave(const char *folder, json_t *counts) {
    char whole[4096];
    snprintf(whole, sizeof whole, "%s/c.json", folder);
    json_t *told = json_pack("{s:s, s:O}", "host", "c", "files", counts);
    if (json_dump_file(told, whole, JSON_INDENT(2)) != 0) {
        die("what was counted cannot be written");
    }
    json_decref(told);
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: vectors FOLDER\n");
        return 2;
    }
    json_t *index = read_file(arguments[1], "index.json"), *counts = json_object(), *entry;
    size_t passed = 0, skipped = 0, i;
    skips = json_object_get(index, "skips");
    json_array_foreach(json_object_get(index, "files"), i, entry) {
        const char *kind = json_string_value(json_object_get(entry, "kind"));
        if (strcmp(kind, "evaluation") != 0) {
            /* Of the core alone: docs/conformance.md says why. */
            bool is_known = strcmp(kind, "bucketing") == 0 || strcmp(kind, "siphash") == 0 || strcmp(kind, "validation") == 0;
            if (!is_known) {
                die("it is of a kind that nobody runs");
            }
            continue;
        }
        path = json_string_value(json_object_get(entry, "path"));
        name = "the file";
        json_t *file = read_file(arguments[1], path);
        json_int_t cases = json_integer_value(json_object_get(entry, "cases"));
        if ((json_int_t)json_array_size(json_object_get(file, "cases")) != cases) {
            die("it has lost cases");
        }
        run_file(file, counts, &passed, &skipped);
        json_decref(file);
    }
    json_decref(assignments.put);
    if (skipped != listed()) {
        fprintf(stderr, "%zu cases are skipped, and %zu are listed\n", skipped, listed());
        failures++;
    }
    if (getenv("VEXIL_CONFORMANCE") != NULL) {
        leave(getenv("VEXIL_CONFORMANCE"), counts);
    }
    json_decref(counts);
    json_decref(index);
    printf("test result: %s. %zu passed; %zu failed; %zu ignored\n", failures ? "FAILED" : "ok", passed, failures, skipped);
    return failures > 0;
}
