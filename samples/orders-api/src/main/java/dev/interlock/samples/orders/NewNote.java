package dev.interlock.samples.orders;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/** A remark about an order. */
record NewNote(@NotBlank @Size(max = 200) String text) {}
