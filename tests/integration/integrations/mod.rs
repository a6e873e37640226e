mod connect;
mod disconnect;
mod faults;
mod platforms;
mod read;
mod refresh;
mod spending;
