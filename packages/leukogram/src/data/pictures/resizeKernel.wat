;; Resizes of RGB pictures to bytes, bit by bit as JavaScript does them in resize.ts and resizeArea.ts.
;;
;; "resize" is bilinear: differences and sums in double precision, each stretched row kept in single precision, halves rounded to
;; the even level. Its tables hold an entry of 16 bytes for each new column (offsets in bytes of the left and the right pixel in a row, then the
;; share of the right one as a double) and for each new row (indices of the upper and the lower row, then the share of the lower).
(module
  (import "env" "memory" (memory 1))

  ;; One row of the source stretched to $columns pixels of three floats at $to; a fourth float is written over by the next pixel.
  (func $stretch (param $row i32) (param $table i32) (param $columns i32) (param $to i32)
    (local $end i32) (local $left v128) (local $step v128) (local $share v128)
    (local.set $end (i32.add (local.get $table) (i32.shl (local.get $columns) (i32.const 4))))
    (loop $next
      (local.set $left
        (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u
          (v128.load32_zero (i32.add (local.get $row) (i32.load (local.get $table)))))))
      (local.set $step
        (i32x4.sub
          (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u
            (v128.load32_zero (i32.add (local.get $row) (i32.load offset=4 (local.get $table))))))
          (local.get $left)))
      (local.set $share (v128.load64_splat offset=8 (local.get $table)))
      (v128.store (local.get $to)
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
          (f32x4.demote_f64x2_zero
            (f64x2.add
              (f64x2.convert_low_i32x4_s (local.get $left))
              (f64x2.mul (f64x2.convert_low_i32x4_s (local.get $step)) (local.get $share))))
          (f32x4.demote_f64x2_zero
            (f64x2.add
              (f64x2.convert_low_i32x4_s
                (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $left) (local.get $left)))
              (f64x2.mul
                (f64x2.convert_low_i32x4_s
                  (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $step) (local.get $step)))
                (local.get $share))))))
      (local.set $to (i32.add (local.get $to) (i32.const 12)))
      (local.set $table (i32.add (local.get $table) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $table) (local.get $end)))))

  ;; Two stretched rows blended into $count bytes at $to, four at a time: up to three more are written.
  (func $blend (param $upper i32) (param $lower i32) (param $share f64) (param $count i32) (param $to i32)
    (local $end i32) (local $a v128) (local $b v128) (local $low v128) (local $high v128) (local $by v128)
    (local.set $by (f64x2.splat (local.get $share)))
    (local.set $end (i32.add (local.get $to) (local.get $count)))
    (loop $next
      (local.set $a (v128.load (local.get $upper)))
      (local.set $b (v128.load (local.get $lower)))
      (local.set $low (f64x2.promote_low_f32x4 (local.get $a)))
      (local.set $high
        (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $a) (local.get $a))))
      (local.set $a
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
          (f32x4.demote_f64x2_zero
            (f64x2.add
              (local.get $low)
              (f64x2.mul
                (f64x2.sub (f64x2.promote_low_f32x4 (local.get $b)) (local.get $low))
                (local.get $by))))
          (f32x4.demote_f64x2_zero
            (f64x2.add
              (local.get $high)
              (f64x2.mul
                (f64x2.sub
                  (f64x2.promote_low_f32x4
                    (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $b) (local.get $b)))
                  (local.get $high))
                (local.get $by))))))
      (local.set $a (i32x4.trunc_sat_f32x4_s (f32x4.nearest (local.get $a))))
      (local.set $a (i16x8.narrow_i32x4_s (local.get $a) (local.get $a)))
      (v128.store32_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $a) (local.get $a)))
      (local.set $upper (i32.add (local.get $upper) (i32.const 16)))
      (local.set $lower (i32.add (local.get $lower) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $to) (local.get $end)))))

  ;; $stride: bytes of a source row. $one and $other: room for a stretched row each, of which the last two are kept.
  (func (export "resize")
    (param $source i32) (param $stride i32) (param $columnTable i32) (param $columns i32)
    (param $rowTable i32) (param $rows i32) (param $one i32) (param $other i32) (param $to i32)
    (local $end i32) (local $inOne i32) (local $inOther i32) (local $swap i32) (local $upper i32) (local $lower i32)
    (local $bytes i32)
    (local.set $inOne (i32.const -1))
    (local.set $inOther (i32.const -1))
    (local.set $bytes (i32.mul (local.get $columns) (i32.const 3)))
    (local.set $end (i32.add (local.get $rowTable) (i32.shl (local.get $rows) (i32.const 4))))
    (loop $next
      (local.set $upper (i32.load (local.get $rowTable)))
      (local.set $lower (i32.load offset=4 (local.get $rowTable)))
      ;; The lower row of the last one is often the upper row of this one.
      (if (i32.eq (local.get $upper) (local.get $inOther))
        (then
          (local.set $swap (local.get $one))
          (local.set $one (local.get $other))
          (local.set $other (local.get $swap))
          (local.set $swap (local.get $inOne))
          (local.set $inOne (local.get $inOther))
          (local.set $inOther (local.get $swap))))
      (if (i32.ne (local.get $upper) (local.get $inOne))
        (then
          (call $stretch
            (i32.add (local.get $source) (i32.mul (local.get $upper) (local.get $stride)))
            (local.get $columnTable) (local.get $columns) (local.get $one))
          (local.set $inOne (local.get $upper))))
      (if (i32.ne (local.get $lower) (local.get $inOther))
        (then
          (call $stretch
            (i32.add (local.get $source) (i32.mul (local.get $lower) (local.get $stride)))
            (local.get $columnTable) (local.get $columns) (local.get $other))
          (local.set $inOther (local.get $lower))))
      (call $blend (local.get $one) (local.get $other) (f64.load offset=8 (local.get $rowTable)) (local.get $bytes) (local.get $to))
      (local.set $to (i32.add (local.get $to) (local.get $bytes)))
      (local.set $rowTable (i32.add (local.get $rowTable) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $rowTable) (local.get $end)))))

  ;; Adds $share of a row of $count bytes to $sums, floats; up to three more are written.
  (func $addRow (param $row i32) (param $share f64) (param $count i32) (param $sums i32)
    (local $end i32) (local $levels v128) (local $old v128) (local $by v128)
    (local.set $by (f64x2.splat (local.get $share)))
    (local.set $end (i32.add (local.get $row) (local.get $count)))
    (loop $next
      (local.set $levels
        (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $row)))))
      (local.set $old (v128.load (local.get $sums)))
      (v128.store (local.get $sums)
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
          (f32x4.demote_f64x2_zero
            (f64x2.add
              (f64x2.promote_low_f32x4 (local.get $old))
              (f64x2.mul (f64x2.convert_low_i32x4_s (local.get $levels)) (local.get $by))))
          (f32x4.demote_f64x2_zero
            (f64x2.add
              (f64x2.promote_low_f32x4
                (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $old) (local.get $old)))
              (f64x2.mul
                (f64x2.convert_low_i32x4_s
                  (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $levels) (local.get $levels)))
                (local.get $by))))))
      (local.set $row (i32.add (local.get $row) (i32.const 4)))
      (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $row) (local.get $end)))))

  ;; The mean of the area that each new pixel covers. $columnStarts and $rowStarts: where the parts of each new column and row end,
  ;; bytes into the tables of parts, after those of the ones before. A part has 16 bytes: how far its pixel, in $sums, or its row, in
  ;; the source, is from the first, in bytes, then its share as a double. $sums: room for a row of floats.
  (func (export "shrink")
    (param $source i32) (param $stride i32) (param $columnStarts i32) (param $columnParts i32) (param $columns i32)
    (param $rowStarts i32) (param $rowParts i32) (param $rows i32) (param $sums i32) (param $to i32)
    (local $row i32) (local $column i32) (local $part i32) (local $end i32) (local $first i32)
    (local $pixel i32) (local $share f64) (local $redGreen v128) (local $blue f64)
    (local.set $first (local.get $rowParts))
    (loop $nextRow
      (memory.fill (local.get $sums) (i32.const 0) (i32.shl (local.get $stride) (i32.const 2)))
      (local.set $part (local.get $first))
      (local.set $first
        (i32.add (local.get $rowParts)
          (i32.load (i32.add (local.get $rowStarts) (i32.shl (local.get $row) (i32.const 2))))))
      (loop $nextPart
        (call $addRow
          (i32.add (local.get $source) (i32.load (local.get $part)))
          (f64.load offset=8 (local.get $part)) (local.get $stride) (local.get $sums))
        (local.set $part (i32.add (local.get $part) (i32.const 16)))
        (br_if $nextPart (i32.lt_u (local.get $part) (local.get $first))))
      (local.set $column (i32.const 0))
      (local.set $part (local.get $columnParts))
      (loop $nextColumn
        (local.set $redGreen (v128.const i64x2 0 0))
        (local.set $blue (f64.const 0))
        (local.set $end
          (i32.add (local.get $columnParts)
            (i32.load (i32.add (local.get $columnStarts) (i32.shl (local.get $column) (i32.const 2))))))
        (loop $nextPixel
          (local.set $pixel (i32.add (local.get $sums) (i32.load (local.get $part))))
          (local.set $share (f64.load offset=8 (local.get $part)))
          (local.set $redGreen
            (f64x2.add (local.get $redGreen)
              (f64x2.mul
                (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $pixel)))
                (f64x2.splat (local.get $share)))))
          (local.set $blue
            (f64.add (local.get $blue)
              (f64.mul (f64.promote_f32 (f32.load offset=8 (local.get $pixel))) (local.get $share))))
          (local.set $part (i32.add (local.get $part) (i32.const 16)))
          (br_if $nextPixel (i32.lt_u (local.get $part) (local.get $end))))
        (i32.store8 (local.get $to)
          (i32.trunc_sat_f64_u (f64.add (f64x2.extract_lane 0 (local.get $redGreen)) (f64.const 0.5))))
        (i32.store8 offset=1 (local.get $to)
          (i32.trunc_sat_f64_u (f64.add (f64x2.extract_lane 1 (local.get $redGreen)) (f64.const 0.5))))
        (i32.store8 offset=2 (local.get $to)
          (i32.trunc_sat_f64_u (f64.add (local.get $blue) (f64.const 0.5))))
        (local.set $to (i32.add (local.get $to) (i32.const 3)))
        (local.set $column (i32.add (local.get $column) (i32.const 1)))
        (br_if $nextColumn (i32.lt_u (local.get $column) (local.get $columns))))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br_if $nextRow (i32.lt_u (local.get $row) (local.get $rows))))))
