# The values of ChatAccessStatus in include/chat_access.h that this module distinguishes.
$script:NativeStatus = @{
    Ok              = 0
    NotYet          = 1
    Ended           = 2
    QueueFull       = 3
    InvalidArgument = -1
    BufferTooSmall  = -5
    ClosedHandle    = -7
    RunOver         = -9
    Panicked        = -10
    Unavailable     = -11
}
