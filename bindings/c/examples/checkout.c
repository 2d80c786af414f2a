/* Asks three keys of a file of definitions: `checkout FILE USER TIER`. */
#include <inttypes.h>
#include <stdio.h>

#include "vexil.h"

static void complain(const char *what, vexil_code code) {
    char message[512];
    vexil_buffer buffer = {message, sizeof message, 0};
    int length = vexil_last_error(&buffer) == VEXIL_CODE_OK ? (int)buffer.length : 0;
    fprintf(stderr, "%s: %s: %.*s\n", what, vexil_code_name(code), length, message);
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: checkout FILE USER TIER\n");
        return 2;
    }

    char options[1024];
    snprintf(options, sizeof options, "{\"source\": {\"file\": {\"path\": \"%s\"}}}", arguments[1]);
    vexil_client client;
    vexil_code code = vexil_client_open(vexil_string(options), &client);
    if (code != VEXIL_CODE_OK) {
        complain("the client", code);
        return 1;
    }

    vexil_attribute who[] = {
        {.path = VEXIL_LITERAL("user.id"), .kind = VEXIL_ATTRIBUTE_KIND_STRING, .text = vexil_string(arguments[2])},
        {.path = VEXIL_LITERAL("tenant.tier"), .kind = VEXIL_ATTRIBUTE_KIND_STRING, .text = vexil_string(arguments[3])},
    };
    vexil_context context;
    code = vexil_context_new(who, sizeof who / sizeof *who, &context);
    if (code != VEXIL_CODE_OK) {
        complain("the context", code);
        vexil_client_close(client);
        return 1;
    }

    /* A value, or the one that is handed over: a read does not fail. */
    int64_t timeout;
    vexil_get_int(client, VEXIL_LITERAL("checkout.timeout_s"), context, 5, &timeout);

    /* Text is copied into memory of the caller. */
    char theme[64];
    vexil_buffer buffer = {theme, sizeof theme, 0};
    if (vexil_get_string(client, VEXIL_LITERAL("checkout.theme"), context, &buffer) != VEXIL_CODE_OK) {
        buffer.length = (size_t)snprintf(theme, sizeof theme, "plain");
    }

    /* With all that there is to say of it. */
    char texts[512];
    vexil_buffer said = {texts, sizeof texts, 0};
    vexil_details details;
    code = vexil_evaluate(client, VEXIL_LITERAL("checkout.v2"), VEXIL_ASKED_BOOLEAN, context, &details, &said);
    if (code != VEXIL_CODE_OK) {
        complain("checkout.v2", code);
    } else {
        bool is_known = details.error == VEXIL_CODE_OK;
        printf("checkout: %s, %" PRId64 " s, theme %.*s (%.*s)\n", is_known && details.boolean ? "new" : "old", timeout,
               (int)buffer.length, theme,
               is_known ? (int)details.reason.length : (int)strlen(vexil_code_name(details.error)),
               is_known ? texts + details.reason.offset : vexil_code_name(details.error));
    }

    vexil_context_free(context);
    vexil_client_close(client);
    return code != VEXIL_CODE_OK;
}
