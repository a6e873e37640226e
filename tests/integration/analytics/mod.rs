mod home;
mod series;
