package dev.interlock.samples.orders;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;

/**
 * What a customer asks for.
 *
 * @param coupon none if {@code null}
 */
record NewOrder(
        @NotBlank @Size(max = 100) String customer,
        @NotBlank @Size(max = 200) String address,
        @NotEmpty @Size(max = 50) List<@NotNull @Valid OrderLine> lines,
        @Size(max = 40) String coupon) {}
