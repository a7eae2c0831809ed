"""Clips a second of ways to read training windows: the same frames raw, prepared and as PNG files.

One process a contender, pinned to one core, one decoding thread; the contenders take turns.
`codings` compares key frame distances and qualities of the prepared clips instead.
"""

if __name__ == "__main__":
    # A contender's process imports this file too, and its memory is measured.
    from decoding.race import main

    main(__doc__)
