package dev.interlock.samples.orders;

/** An order can be edited until it is paid or cancelled. */
class OrderNotEditableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    OrderNotEditableException(OrderState status) {
        super("The order is " + status + "; only a NEW one can be edited");
    }
}
