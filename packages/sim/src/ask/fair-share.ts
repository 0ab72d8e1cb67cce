/**
 * Max-min fair sharing of a link (Bertsekas and Gallager, Data Networks, 2nd ed., 6.5.2; Jain, "Max-min fairness", in
 * The Art of Computer Systems Performance Analysis): nobody gets more than they ask for, and nobody can get more without
 * somebody who has as little or less getting less still.
 *
 * Packets are whole. The level is the largest number of bytes L for which the sum of min(asked, L) fits the capacity. Who
 * asks for no more than L gets all of it; everybody else gets as many whole packets as fit L. What that rounding leaves
 * goes out in the order of the lanes, one packet each to those whose packet still fits.
 *
 * So one packet at most separates anybody from the exact share; and if something is dropped, less is left of the
 * capacity than one packet of somebody who lost one: the rounding leaves less than a packet for each who asked for more
 * than L, so the last round ends at somebody for whom it is too little.
 */

/** Lanes that share a link in one direction, and what they ask for in one slice of time. */
export interface Contest {
  /** Rows of `packets`, `passed` and `size`, in the order in which single packets are given away. */
  readonly lanes: Int32Array;
  /** Packets that each lane offers. */
  readonly packets: Float64Array;
  /** Bytes of a packet of each lane. */
  readonly size: Float64Array;
  /** Filled: packets of each lane that the link takes. */
  readonly passed: Float64Array;
  /** Room for as many numbers as there are lanes; what it holds means nothing before and after. */
  readonly room: Int32Array;
}

/**
 * Shares the capacity, in bytes. The sum of what is asked for must be below 2^53 bytes. O(lanes · log(lanes · bytes)) at
 * worst: each round of the level's search is a step of Newton's method; two or three rounds are usual.
 */
export function fairShare(capacity: number, { lanes, packets, size, passed, room }: Contest): void {
  // those who may ask for more than the level stand at the beginning of `room`
  let short = 0;
  for (let i = 0; i < lanes.length; i++) {
    const lane = lanes[i];
    passed[lane] = 0;
    if (packets[lane] > 0) room[short++] = lane;
  }
  let rest = capacity;
  let level = 0;
  for (let before = -1; short !== before; ) {
    before = short;
    level = Math.floor(rest / short);
    short = 0;
    for (let i = 0; i < before; i++) {
      const lane = room[i];
      const bytes = packets[lane] * size[lane];
      if (bytes <= level) {
        passed[lane] = packets[lane];
        rest -= bytes;
      } else room[short++] = lane;
    }
  }
  for (let i = 0; i < short; i++) {
    const lane = room[i];
    passed[lane] = Math.floor(level / size[lane]);
    rest -= passed[lane] * size[lane];
  }
  for (let i = 0; i < short; i++) {
    const lane = room[i];
    if (size[lane] > rest) continue;
    passed[lane]++;
    rest -= size[lane];
  }
}
