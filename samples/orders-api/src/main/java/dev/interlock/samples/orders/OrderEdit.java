package dev.interlock.samples.orders;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;

/** What an order shall be from now on. */
record OrderEdit(
        @NotBlank @Size(max = 200) String address,
        @NotNull @Size(max = 10_000) String note,
        @NotEmpty @Size(max = 50) List<@NotNull @Valid OrderLine> lines) {}
