// The rows of "Bytes and text".
#include "rows.h"

static void row_16_bit_number_network_byte_order(void) {
    uint16_t n = 9999;
    uint16_t in_order = htons(n);
    char two[2];
    memcpy(two, &in_order, 2);
    CHECK(memcmp(two, "\x27\x0f", 2) == 0);
}

static void row_network_byte_order_16_bit_number(void) {
    uint16_t in_order;
    memcpy(&in_order, "\x27\x0f", 2);
    CHECK(ntohs(in_order) == 9999);
}

static void row_number_too_large_for_16_bits(void) {
    int n = 70000;
    uint16_t cut = (uint16_t)n;
    CHECK(cut == 4464);
    // The compiler says nothing of this one, even with -Wall -Wextra.
    CHECK(ntohs(htons(n)) == 4464);
}

static void row_text_utf_8(void) {
    const char *text = "你好";
    CHECK(memcmp(text, "\xe4\xbd\xa0\xe5\xa5\xbd", 7) == 0);
    // Any bytes.
    char *bad = (char[]){'\xff', 0};
    CHECK(strlen(bad) == 1);
}

static void row_utf_8_text(void) {
    // Half a character, and then one that no text has.
    const char *data = "\xe4\xbd\xff";
    char text[8];
    CHECK(snprintf(text, sizeof text, "%s", data) == 3 && strcmp(text, data) == 0);
}

// The Unicode standard's replacement character, for each byte that cannot be read.
static void replace(const char *data, char *text) {
    for (; *data != '\0'; data++) {
        bool is_ascii = (unsigned char)*data < 0x80;
        text += sprintf(text, is_ascii ? "%c" : "\xef\xbf\xbd", *data);
    }
}

static void row_for_bad_bytes(void) {
    char text[20];
    replace("a\xff" "b", text);
    CHECK(strcmp(text, "a\xef\xbf\xbd" "b") == 0);
}

// How many bytes at the end begin a character and do not complete it; the others are whole.
static size_t incomplete(const char *data, size_t count) {
    for (size_t back = 1; back <= 3 && back <= count; back++) {
        unsigned char byte = (unsigned char)data[count - back];
        if ((byte & 0xc0) == 0x80) continue;
        size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
        return length > back ? back : 0;
    }
    return 0;
}

static void row_bytes_that_come_in_pieces(void) {
    const char *data = "\xe4\xbd\xa0\xe5\xa5\xbd";
    size_t expected[] = {0, 1, 2, 0, 1, 2, 0};
    for (size_t count = 0; count <= 6; count++)
        CHECK(incomplete(data, count) == expected[count]);
}

static void row_length(void) {
    const char *text = "你好";
    CHECK(strlen(text) == 6);
}

static void row_fixed_bytes(void) {
    CHECK(sizeof "GET" == 4);
    CHECK("GET"[3] == 0);
}

const struct row bytes[] = {
    ROW(row_16_bit_number_network_byte_order),
    ROW(row_network_byte_order_16_bit_number),
    ROW(row_number_too_large_for_16_bits),
    ROW(row_text_utf_8),
    ROW(row_utf_8_text),
    ROW(row_for_bad_bytes),
    ROW(row_bytes_that_come_in_pieces),
    ROW(row_length),
    ROW(row_fixed_bytes),
    {NULL, NULL},
};
