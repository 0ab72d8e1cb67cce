// The engine's algorithm in C++, for the price of the language: every table flattened once, the addresses that it delivers
// into each subnet behind its peerings counted, and the rows of both directions joined. Same arrays, same answer.
//
//   reach FILE ROUNDS
//
// FILE holds 32-bit words, little endian: V, S, T, R, P, then vpcSub[V+1], first[S], last[S], subVpc[S], subTable[S],
// tabVpc[T], tabOff[T+1], routeLo[R], routeBits[R], routeTarget[R], peerA[P], peerB[P]. A line for each round:
// nanoseconds, two-way packets, pairs of subnets with any.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using u32 = std::uint32_t;
using u64 = std::uint64_t;

struct Network {
  u32 V, S, T, R, P;
  const u32 *vpcSub, *first, *last, *subVpc, *subTable, *tabVpc, *tabOff, *routeLo, *routeBits, *routeTarget, *peerA, *peerB;
};

struct Answer {
  u64 packets, pairs;
};

struct Open {
  u64 last;
  u32 slot;
};

static const u32 NOWHERE = 0xffffffff;

static Answer answer(const Network &n) {
  // neighbours of each VPC, a slot for each, and the peering's slot at either end
  std::vector<u32> off(n.V + 1), far(2 * n.P), slotA(n.P), slotB(n.P), twin(2 * n.P);
  for (u32 p = 0; p < n.P; p++) off[n.peerA[p] + 1]++, off[n.peerB[p] + 1]++;
  for (u32 v = 0; v < n.V; v++) off[v + 1] += off[v];
  std::vector<u32> next(off.begin(), off.end() - 1);
  for (u32 p = 0; p < n.P; p++) {
    slotA[p] = next[n.peerA[p]]++;
    slotB[p] = next[n.peerB[p]]++;
    far[slotA[p]] = n.peerB[p];
    far[slotB[p]] = n.peerA[p];
    twin[slotA[p]] = slotB[p];
    twin[slotB[p]] = slotA[p];
  }
  // rows: of table t, for slot k, the counts for the subnets of the far VPC begin at rowOff[t] + base[k]
  std::vector<u32> base(2 * n.P), width(n.V);
  for (u32 v = 0; v < n.V; v++) {
    for (u32 k = off[v]; k < off[v + 1]; k++) {
      base[k] = width[v];
      width[v] += n.vpcSub[far[k] + 1] - n.vpcSub[far[k]];
    }
  }
  std::vector<u64> rowOff(n.T + 1);
  for (u32 t = 0; t < n.T; t++) rowOff[t + 1] = rowOff[t] + width[n.tabVpc[t]];
  std::vector<u32> count(rowOff[n.T]);
  std::vector<Open> open(64);
  for (u32 t = 0; t < n.T; t++) {
    const u32 v = n.tabVpc[t];
    u32 *row = count.data() + rowOff[t];
    const auto deliver = [&](u64 lo, u64 behind, u32 k) {
      if (lo >= behind || k == NOWHERE) return;
      const u32 w = far[k];
      u32 *there = row + base[k];
      const u32 from = n.vpcSub[w], to = n.vpcSub[w + 1];
      u32 s = from;
      while (s < to && n.last[s] < lo) s++;
      for (; s < to && n.first[s] < behind; s++) {
        const u64 a = n.first[s] > lo ? n.first[s] : lo;
        const u64 b = u64(n.last[s]) + 1 < behind ? u64(n.last[s]) + 1 : behind;
        if (a < b) there[s - from] += u32(b - a);
      }
    };
    u32 depth = 0;
    u64 at = 0;
    for (u32 r = n.tabOff[t]; r < n.tabOff[t + 1]; r++) {
      const u64 lo = n.routeLo[r];
      while (depth > 0 && open[depth - 1].last < lo) {
        depth--;
        deliver(at, open[depth].last + 1, open[depth].slot);
        at = open[depth].last + 1;
      }
      if (depth > 0) deliver(at, lo, open[depth - 1].slot);
      at = lo;
      const u32 p = n.routeTarget[r];
      const u32 k = p == NOWHERE ? NOWHERE : n.peerA[p] == v ? slotA[p] : slotB[p];
      open[depth++] = {lo + (u64(1) << (32 - n.routeBits[r])) - 1, k};
    }
    while (depth > 0) {
      depth--;
      deliver(at, open[depth].last + 1, open[depth].slot);
      at = open[depth].last + 1;
    }
  }
  Answer total{0, 0};
  for (u32 s = 0; s < n.S; s++) {
    const u32 v = n.subVpc[s];
    const u64 size = u64(n.last[s]) - n.first[s] + 1;
    for (u32 d = n.vpcSub[v]; d < n.vpcSub[v + 1]; d++) {
      if (d == s) continue;
      total.packets += size * (u64(n.last[d]) - n.first[d] + 1);
      total.pairs++;
    }
    const u32 *row = count.data() + rowOff[n.subTable[s]];
    const u32 here = s - n.vpcSub[v];
    for (u32 k = off[v]; k < off[v + 1]; k++) {
      const u32 w = far[k];
      for (u32 d = n.vpcSub[w]; d < n.vpcSub[w + 1]; d++) {
        const u64 there = row[base[k] + d - n.vpcSub[w]];
        if (there == 0) continue;
        const u64 back = count[rowOff[n.subTable[d]] + base[twin[k]] + here];
        total.packets += there * back;
        total.pairs += back > 0;
      }
    }
  }
  return total;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  FILE *file = std::fopen(argv[1], "rb");
  if (file == nullptr) return 1;
  std::fseek(file, 0, SEEK_END);
  std::vector<u32> words(std::size_t(std::ftell(file)) / 4);
  std::fseek(file, 0, SEEK_SET);
  if (std::fread(words.data(), 4, words.size(), file) != words.size()) return 1;
  std::fclose(file);
  const u32 *at = words.data();
  Network n{at[0], at[1], at[2], at[3], at[4], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  at += 5;
  const auto take = [&at](u32 size) {
    const u32 *column = at;
    at += size;
    return column;
  };
  n.vpcSub = take(n.V + 1);
  n.first = take(n.S);
  n.last = take(n.S);
  n.subVpc = take(n.S);
  n.subTable = take(n.S);
  n.tabVpc = take(n.T);
  n.tabOff = take(n.T + 1);
  n.routeLo = take(n.R);
  n.routeBits = take(n.R);
  n.routeTarget = take(n.R);
  n.peerA = take(n.P);
  n.peerB = take(n.P);
  for (int round = std::atoi(argv[2]); round > 0; round--) {
    const auto start = std::chrono::steady_clock::now();
    const Answer total = answer(n);
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start);
    std::printf("%lld %llu %llu\n", (long long)ns.count(), (unsigned long long)total.packets, (unsigned long long)total.pairs);
  }
}
