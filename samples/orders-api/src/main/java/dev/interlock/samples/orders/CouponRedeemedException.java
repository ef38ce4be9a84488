package dev.interlock.samples.orders;

/** Another order has the coupon. */
class CouponRedeemedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    CouponRedeemedException() {
        super("The coupon is already redeemed");
    }
}
