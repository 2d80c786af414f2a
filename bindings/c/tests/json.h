/* What the tests in C say in JSON, and hear. */
#ifndef VEXIL_TESTS_JSON_H
#define VEXIL_TESTS_JSON_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "vexil.h"

static const struct {
    const char *name;
    int32_t asked;
} TYPES[] = {
    {"boolean", VEXIL_ASKED_BOOLEAN}, {"integer", VEXIL_ASKED_INTEGER}, {"float", VEXIL_ASKED_FLOAT},
    {"string", VEXIL_ASKED_STRING},   {"json", VEXIL_ASKED_JSON},
};

/* Ends the test, which each does in its own words. */
_Noreturn static void die(const char *what);

static inline void *checked(void *found, const char *what) {
    if (found == NULL) {
        die(what);
    }
    return found;
}

static inline char *written(const json_t *tree) {
    return checked(json_dumps(tree, JSON_COMPACT | JSON_ENCODE_ANY), "it cannot be written");
}

static inline vexil_text text_of(const json_t *string) {
    return vexil_text_of(json_string_value(string), json_string_length(string));
}

static inline json_t *read_text(const char *text, size_t length) {
    return checked(json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL), "no JSON");
}

/* Text of a buffer, or null where there is none. */
static inline json_t *slice(const char *texts, vexil_slice slice) {
    return slice.length == 0 ? json_null() : json_stringn(texts + slice.offset, slice.length);
}

/* The name of what went wrong, or null where nothing did. */
static inline json_t *name_of(vexil_code code) {
    return code == VEXIL_CODE_OK ? json_null() : json_string(vexil_code_name(code));
}

static inline json_t *value_of(const vexil_details *details, const char *texts) {
    switch (details->kind) {
    case VEXIL_VALUE_KIND_BOOLEAN:
        return json_boolean(details->boolean);
    case VEXIL_VALUE_KIND_INTEGER:
        return json_integer(details->integer);
    case VEXIL_VALUE_KIND_FLOAT:
        return json_real(details->number);
    case VEXIL_VALUE_KIND_STRING:
        return json_stringn(texts + details->text.offset, details->text.length);
    case VEXIL_VALUE_KIND_JSON:
        return read_text(texts + details->text.offset, details->text.length);
    default:
        return json_null();
    }
}

static inline int32_t asked_by(const json_t *type) {
    for (size_t i = 0; type != NULL && i < sizeof TYPES / sizeof *TYPES; i++) {
        if (strcmp(json_string_value(type), TYPES[i].name) == 0) {
            return TYPES[i].asked;
        }
    }
    if (type != NULL) {
        die("a type that nobody can ask for");
    }
    return VEXIL_ASKED_ANY;
}

#endif
