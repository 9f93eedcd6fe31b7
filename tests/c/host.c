/*
 * A C program that uses ChatAccess as the header documents it.
 *
 * Arguments: the address of the sandbox and an access token. The program removes one user's access to one
 * chat with a blocking call and then makes the mistakes that C programs make. It prints the status of each
 * call and returns 0 if every status is the documented one.
 */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "chat_access.h"

static int failures = 0;

static void expect(const char *what, int32_t status, int32_t wanted)
{
    printf("%-44s %4d%s\n", what, (int)status, status == wanted ? "" : "  UNEXPECTED");
    if (status != wanted)
        failures++;
}

static const uint8_t *text(const char *chars)
{
    return (const uint8_t *)chars;
}

static int32_t size(const char *chars)
{
    return (int32_t)strlen(chars);
}

int main(int argc, char **argv)
{
    static const char tenant[] = "5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61";
    static const char user[] = "d864e79f-0000-4000-8000-0eeb4d61fdc2";
    static const char chat[] = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";
    char request[512];
    uint8_t buffer[16 * 1024];
    int32_t length = 0;
    int64_t account = 0;
    int64_t run = 0;

    if (argc != 3) {
        fprintf(stderr, "usage: host GRAPH-ENDPOINT TOKEN\n");
        return 2;
    }
    if (chat_access_abi_version() != CHAT_ACCESS_ABI_VERSION) {
        fprintf(stderr, "the ABI version of the library is not that of the header\n");
        return 2;
    }

    snprintf(request, sizeof request, "{\"open\":\"account\",\"graph_endpoint\":\"%s\"}", argv[1]);
    expect("open an account",
           chat_access_open(text(request), size(request), text(argv[2]), size(argv[2]), &account, buffer,
                            sizeof buffer, &length),
           CHAT_ACCESS_STATUS_OK);
    snprintf(request, sizeof request, "{\"open\":\"removals\",\"accounts\":[%lld]}", (long long)account);
    expect("open a run",
           chat_access_open(text(request), size(request), NULL, 0, &run, buffer, sizeof buffer, &length),
           CHAT_ACCESS_STATUS_OK);

    expect("remove and wait for the outcome",
           remove_all_access_for_user(run, text(tenant), 36, text(user), 36, text(chat), size(chat), -1,
                                      buffer, sizeof buffer, &length),
           CHAT_ACCESS_STATUS_OK);
    printf("%.*s\n", (int)length, (const char *)buffer);

    expect("remove with a NULL tenant",
           remove_all_access_for_user(run, NULL, 36, text(user), 36, text(chat), size(chat), -1, buffer,
                                      sizeof buffer, &length),
           CHAT_ACCESS_STATUS_NULL_POINTER);
    expect("remove with a negative length",
           remove_all_access_for_user(run, text(tenant), -36, text(user), 36, text(chat), size(chat), -1,
                                      buffer, sizeof buffer, &length),
           CHAT_ACCESS_STATUS_NEGATIVE_LENGTH);
    expect("remove with a user that is not UTF-8",
           remove_all_access_for_user(run, text(tenant), 36, text("\xff\xfe"), 2, text(chat), size(chat),
                                      -1, buffer, sizeof buffer, &length),
           CHAT_ACCESS_STATUS_INVALID_UTF8);
    expect("remove with a user that is not a GUID",
           remove_all_access_for_user(run, text(tenant), 36, text("ann"), 3, text(chat), size(chat), -1,
                                      buffer, sizeof buffer, &length),
           CHAT_ACCESS_STATUS_INVALID_ARGUMENT);
    expect("remove through an account's handle",
           remove_all_access_for_user(account, text(tenant), 36, text(user), 36, text(chat), size(chat),
                                      -1, buffer, sizeof buffer, &length),
           CHAT_ACCESS_STATUS_WRONG_HANDLE_KIND);
    expect("describe without a buffer", chat_access_describe(account, NULL, 0, &length),
           CHAT_ACCESS_STATUS_BUFFER_TOO_SMALL);
    expect("describe with a buffer of the required size",
           chat_access_describe(account, buffer, length, &length),
           CHAT_ACCESS_STATUS_OK);
    expect("next without an event", chat_access_next(run, 0, buffer, sizeof buffer, &length),
           CHAT_ACCESS_STATUS_NOT_YET);
    expect("finish", chat_access_finish(run), CHAT_ACCESS_STATUS_OK);
    expect("next at the end", chat_access_next(run, -1, buffer, sizeof buffer, &length),
           CHAT_ACCESS_STATUS_ENDED);
    expect("close the run", chat_access_close(run), CHAT_ACCESS_STATUS_OK);
    expect("close it again", chat_access_close(run), CHAT_ACCESS_STATUS_CLOSED_HANDLE);
    expect("next of a closed run", chat_access_next(run, 0, buffer, sizeof buffer, &length),
           CHAT_ACCESS_STATUS_CLOSED_HANDLE);
    expect("close a handle that was never opened", chat_access_close(42), CHAT_ACCESS_STATUS_INVALID_HANDLE);
    expect("close the account", chat_access_close(account), CHAT_ACCESS_STATUS_OK);
    return failures ? 1 : 0;
}
