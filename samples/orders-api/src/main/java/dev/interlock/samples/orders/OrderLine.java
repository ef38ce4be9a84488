package dev.interlock.samples.orders;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/** So many of a thing. */
record OrderLine(
        @NotBlank @Size(max = 40) String sku,
        @Min(1) @Max(1000) int quantity) {}
