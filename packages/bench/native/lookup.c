/* Longest prefix match in C, for comparison: the two-level table of packages/core/src/fib-memory.ts, read from its own
 * bytes, and DXR (Zec, Rizzo, Mikuc, CCR 2012) with 18 direct bits, built here from flattened ranges.
 *
 * usage: lookup TABLE RANGES COUNT QUERIES...
 * TABLE   the bytes of a compiled table, little-endian
 * RANGES  pairs of u32: first address, result; the first address of the first pair is 0
 * QUERIES files of COUNT addresses each
 * A line "n NAME" on standard input runs query file n through NAME (two-level or dxr) once; the answer is a line with
 * nanoseconds and a checksum of all results in order. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint32_t *read_all(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(1); }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  uint32_t *bytes = malloc(*size + 64);
  if (!bytes || fread(bytes, 1, *size, file) != *size) { perror(path); exit(1); }
  fclose(file);
  return bytes;
}

static const uint32_t *values, *top, *deep, *tables;
static const void *leaves;

#define TWO_LEVEL(NAME, LEAF, ESCAPE)                                                        \
  static void NAME(const uint32_t *from, uint32_t *to, size_t count) {                       \
    const LEAF *leaf = leaves;                                                               \
    for (size_t i = 0; i < count; i++) {                                                     \
      uint32_t a = from[i], at = top[a >> 14], id = leaf[at + ((a >> 8) & 63)];              \
      if (__builtin_expect(id == ESCAPE, 0))                                                 \
        id = leaf[tables[(deep[at >> 6] << 8) + ((a >> 6) & 255)] + (a & 63)];               \
      to[i] = values[id];                                                                    \
    }                                                                                        \
  }
TWO_LEVEL(two_level8, uint8_t, 0xffu)
TWO_LEVEL(two_level16, uint16_t, 0xffffu)
TWO_LEVEL(two_level32, uint32_t, 0x7fffffffu)

/* DXR: chunk[c] is the first range of the chunk, and how many; a range is its first address within the chunk. */
struct chunk { uint32_t first, count; };
struct range { uint16_t start, result; };
static struct chunk *chunks;
static struct range *ranges;
static uint32_t results[65536];

static size_t build_dxr(const uint32_t *pairs, size_t count) {
  chunks = calloc(1 << 18, sizeof *chunks);
  ranges = calloc(count + (1 << 18), sizeof *ranges);
  uint32_t n = 0, known = 0;
  size_t at = 0;
  for (uint32_t c = 0; c < 1 << 18; c++) {
    uint64_t end = ((uint64_t)c + 1) << 14;
    while (at + 1 < count && pairs[2 * (at + 1)] <= (c << 14)) at++;
    chunks[c].first = n;
    for (size_t k = at; k < count && pairs[2 * k] < end; k++) {
      uint32_t start = pairs[2 * k] < (c << 14) ? 0 : pairs[2 * k] & 0x3fff, id = 0;
      while (id < known && results[id] != pairs[2 * k + 1]) id++;
      if (id == known) results[known++] = pairs[2 * k + 1];
      ranges[n].start = (uint16_t)start;
      ranges[n++].result = (uint16_t)id;
    }
    chunks[c].count = n - chunks[c].first;
  }
  return (sizeof *chunks << 18) + n * sizeof *ranges;
}

static void dxr(const uint32_t *from, uint32_t *to, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t a = from[i], key = a & 0x3fff;
    const struct range *base = ranges + chunks[a >> 14].first;
    for (uint32_t n = chunks[a >> 14].count; n > 1;) {
      uint32_t half = n >> 1;
      base = base[half].start <= key ? base + half : base;
      n -= half;
    }
    to[i] = results[base->result];
  }
}

int main(int argc, char **argv) {
  size_t size, count = strtoull(argv[3], 0, 10);
  const uint32_t *table = read_all(argv[1], &size);
  uint32_t width = table[0], blocks = table[1], ids = table[3];
  values = table + 80;
  top = values + ids;
  deep = top + (1 << 18);
  tables = deep + blocks;
  leaves = tables + 256 * table[2];
  const uint32_t *pairs = read_all(argv[2], &size);
  size_t bytes = build_dxr(pairs, size / 8);
  const uint32_t *queries[8];
  for (int i = 4; i < argc && i < 12; i++) queries[i - 4] = read_all(argv[i], &size);
  uint32_t *out = malloc(4 * count);
  memset(out, 0, 4 * count);
  printf("%zu\n", bytes);
  fflush(stdout);
  char name[32];
  int which;
  while (scanf("%d %31s", &which, name) == 2) {
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    if (strcmp(name, "dxr") == 0) dxr(queries[which], out, count);
    else if (width == 1) two_level8(queries[which], out, count);
    else if (width == 2) two_level16(queries[which], out, count);
    else two_level32(queries[which], out, count);
    clock_gettime(CLOCK_MONOTONIC, &b);
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) sum = sum * 31 + out[i];
    printf("%lld %u\n", (b.tv_sec - a.tv_sec) * 1000000000LL + (b.tv_nsec - a.tv_nsec), sum);
    fflush(stdout);
  }
  return 0;
}
