mod connect;
mod disconnect;
mod faults;
mod killed;
mod platforms;
mod read;
mod refresh;
mod spending;
